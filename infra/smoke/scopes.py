"""Which scope a request needs, as the API's document says."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DOCUMENT = Path(__file__).parents[1] / "openapi.yaml"


def scope_of(method: str, path: str) -> str | None:
    """Return the scope that a request to a path below the API's root needs, if it is documented."""
    for template, operations in _paths().items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path.partition("?")[0]) and method.lower() in operations:
            [[scope]] = operations[method.lower()]["security"][0].values()
            return str(scope)
    return None


@cache
def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = yaml.safe_load(_DOCUMENT.read_text())["paths"]
    return paths
