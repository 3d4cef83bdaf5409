"""What SAM makes of the template, with the defaults and with what production asks for."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from infra.local.translation import translated
from tests.support.template import template

type Resources = dict[str, dict[str, Any]]
type Translate = Callable[..., Resources]

GIVEN = {"JwtIssuer": "https://issuer.example.com"}


@cache
def _resources(parameters: frozenset[tuple[str, str]]) -> Resources:
    document = json.loads(json.dumps(template()))
    document["Globals"]["Function"]["CodeUri"] = "s3://artifacts/functions"
    defaults = {
        name: str(parameter["Default"])
        for name, parameter in document["Parameters"].items()
        if "Default" in parameter
    }
    resources: Resources = translated(document, defaults | GIVEN | dict(parameters))["Resources"]
    return resources


@pytest.fixture(scope="session")
def translate() -> Translate:
    """Returns the resources that SAM makes with these parameters."""

    def with_parameters(**parameters: str) -> Resources:
        return _resources(frozenset(parameters.items()))

    return with_parameters
