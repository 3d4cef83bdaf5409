"""The payloads for ``sam local invoke``, as they lie in ``events/``."""

import json
from typing import Any

from infra.local.settings import ROOT
from tests.support.template import template

EVENTS = ROOT / "events"
FUNCTIONS = sorted(
    logical_id
    for logical_id, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)


def event(logical_id: str) -> dict[str, Any]:
    """Return a function's payload."""
    return _read(logical_id)


def variables_of(logical_id: str) -> dict[str, str]:
    """Return the environment variables that ``sam local invoke`` gives a function."""
    variables: dict[str, str] = _read("env")[logical_id]
    return variables


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return content
