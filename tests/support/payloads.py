"""The payloads for ``sam local invoke``, as they lie in ``events/``."""

import json
from typing import Any

from infra.local.settings import ROOT
from tests.support.template import properties, template

EVENTS = ROOT / "events"
FUNCTIONS = sorted(
    logical_id
    for logical_id, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)


def event(logical_id: str) -> dict[str, Any]:
    """Return a function's payload."""
    return _read(logical_id)


def variables() -> dict[str, str]:
    """Return the environment variables of ``events/env.json``, which are for all functions."""
    found: dict[str, str] = _read("env")["Parameters"]
    return found


def declared(logical_id: str) -> set[str]:
    """Return the names of the environment variables that a function has in the template."""
    everyones = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = properties(logical_id).get("Environment", {}).get("Variables", {})
    return {*everyones, *own}


def variables_of(logical_id: str) -> dict[str, str]:
    """Return the environment variables that ``sam local invoke`` gives a function."""
    return {name: value for name, value in variables().items() if name in declared(logical_id)}


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return content
