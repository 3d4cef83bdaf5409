"""Which scopes there are, and which one a request needs, as the API's document says."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_DOCUMENT = Path(__file__).parent / "openapi.yaml"


def scope_of(method: str, path: str) -> str | None:
    """Return the scope that a request to a path below the API's root needs, if it is documented."""
    for template, operations in _paths().items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path.partition("?")[0]) and method.lower() in operations:
            return next(_scopes_in(operations[method.lower()]))
    return None


def all_scopes() -> list[str]:
    """Return the scopes of all operations in the document, sorted, each once."""
    operations = (
        operation
        for item in _paths().values()
        for operation in item.values()
        if "security" in operation
    )
    return sorted({scope for operation in operations for scope in _scopes_in(operation)})


def _scopes_in(operation: Any) -> Iterator[str]:
    for requirement in operation["security"]:
        for scopes in requirement.values():
            yield from scopes


@cache
def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = yaml.safe_load(_DOCUMENT.read_text())["paths"]
    return paths
