"""Parameters of the template: what Lambda makes of them."""

import re
from typing import Any

import pytest

from call_handling.configuration import emergency_numbers
from tests.support.template import properties, template

PARAMETERS: dict[str, dict[str, Any]] = template()["Parameters"]
GLOBALS = template()["Globals"]["Function"]["Environment"]["Variables"]
VERSION: str = properties("CreateSession")["VersionDescription"]["Fn::Sub"]
NAMED = re.findall(r"\$\{(\w+)\}", VERSION)


def _longest(name: str) -> int:
    parameter = PARAMETERS[name]
    if "MaxLength" in parameter:
        return int(parameter["MaxLength"])
    return max(
        len(str(value)) for value in parameter.get("AllowedValues", [parameter.get("MaxValue")])
    )


def test_the_description_of_a_version_fits_with_every_parameter_at_its_longest() -> None:
    names_nothing = re.sub(r"\$\{\w+\}", "", VERSION)

    assert len(names_nothing) + sum(map(_longest, NAMED)) <= 256


def test_a_version_changes_with_every_parameter_that_a_function_reads() -> None:
    read = {value["Ref"] for value in GLOBALS.values() if value.keys() == {"Ref"}}

    assert (read & PARAMETERS.keys()) == set(NAMED)


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
