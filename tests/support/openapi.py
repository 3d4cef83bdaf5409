"""``infra/openapi.yaml`` as data, every reference replaced by what it refers to."""

from functools import lru_cache, reduce
from pathlib import Path
from typing import Any

import yaml

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

_CAMARAS = "/webrtc-call-handling/v0.4/"
_DOCUMENTED = "/webrtc/"
_DOCUMENT = Path(__file__).parents[2] / "infra" / "openapi.yaml"


@lru_cache
def raw_document() -> dict[str, Any]:
    """Return the document as it is written."""
    loaded: dict[str, Any] = yaml.safe_load(_DOCUMENT.read_text())
    return loaded


@lru_cache
def document() -> dict[str, Any]:
    """Return the document without references, and so without discriminators."""
    resolved: dict[str, Any] = _resolve(raw_document())
    return resolved


def schema(name: str) -> dict[str, Any]:
    """Return one of the document's schemas."""
    found: dict[str, Any] = document()["components"]["schemas"][name]
    return found


@lru_cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the operations by method (upper case) and path."""
    return {
        (method.upper(), path): operation
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def operation_ids() -> set[str]:
    """Return the names of all operations."""
    return {operation["operationId"] for operation in operations().values()}


def camaras_operation_ids() -> set[str]:
    """Return the names of CAMARA's; the others refuse what comes without an id."""
    return {name for name in operation_ids() if not name.endswith("WithoutId")}


def documented(path: str) -> str:
    """Return the path that the document has for one of the template, for calls have two."""
    return path.replace(_CAMARAS, _DOCUMENTED) if path.startswith(_CAMARAS) else path


def paths_of(path: str) -> set[str]:
    """Return the paths of the template for one of the document."""
    return {path, path.replace(_DOCUMENTED, _CAMARAS) if path.startswith(_DOCUMENTED) else path}


def _resolve(node: Any) -> Any:
    if isinstance(node, list):
        return [_resolve(element) for element in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolve(_target(node["$ref"]))
    return {name: _resolve(value) for name, value in node.items() if name != "discriminator"}


def _target(reference: str) -> Any:
    # No name in the document has a slash or a tilde in it, so no unescaping.
    return reduce(lambda node, name: node[name], reference.split("/")[1:], raw_document())
