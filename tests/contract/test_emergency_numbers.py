"""The emergency numbers of a deployment: what the template takes, and what a function reads."""

import re
from typing import Any

import pytest

from call_handling.settings import emergency_numbers
from tests.support.template import template

PARAMETERS: dict[str, dict[str, Any]] = template()["Parameters"]


@pytest.mark.parametrize("numbers", ["112", "112,911", "000,08,110,112,118,119,911,999"])
def test_emergency_numbers_are_a_list(numbers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMERGENCY_NUMBERS", numbers)
    emergency_numbers.cache_clear()

    assert re.fullmatch(PARAMETERS["EmergencyNumbers"]["AllowedPattern"], numbers)
    assert emergency_numbers() == set(numbers.split(","))
    emergency_numbers.cache_clear()


@pytest.mark.parametrize(
    "numbers", ["", "112,", ",112", "112, 911", "112;911", "+112", "1", "1234567"]
)
def test_what_is_no_list_of_numbers_is_not_deployed(numbers: str) -> None:
    assert not re.fullmatch(PARAMETERS["EmergencyNumbers"]["AllowedPattern"], numbers)


def test_the_default_has_the_numbers_of_3gpp() -> None:
    default = set(PARAMETERS["EmergencyNumbers"]["Default"].split(","))

    assert default == {"000", "08", "110", "112", "118", "119", "911", "999"}
