"""What SAM makes of the template, with the defaults and with what production asks for."""

import json
from functools import cache

import pytest

from infra import tool
from tests.support.translation import Resources, Translate


@pytest.fixture(scope="session")
def translate(tmp_path_factory: pytest.TempPathFactory) -> Translate:
    """Returns the resources that SAM makes with these parameters."""
    folder = tmp_path_factory.mktemp("translation")

    @cache
    def resources(parameters: frozenset[tuple[str, str]]) -> Resources:
        written = folder / f"{abs(hash(parameters))}.json"
        finished = tool.run(
            "sam",
            "python",
            *("-m", "infra.template_check.translate", "template.yaml", str(written)),
            *map("=".join, parameters),
        )
        assert finished.returncode == 0, finished.stderr
        made: Resources = json.loads(written.read_text())["Resources"]
        return made

    return lambda **parameters: resources(frozenset(parameters.items()))
