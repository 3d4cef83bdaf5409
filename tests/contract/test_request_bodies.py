"""The document says how large a body may be."""

from typing import Any

from http_api.request import MAX_BODY_BYTES
from tests.support.openapi import operations


def test_the_document_bounds_the_size() -> None:
    bodies = [
        operation["requestBody"] for operation in operations().values() if _has_body(operation)
    ]

    assert len(bodies) == 6
    for body in bodies:
        assert f"{MAX_BODY_BYTES // 1024} KiB" in body["description"]


def _has_body(operation: dict[str, Any]) -> bool:
    return "requestBody" in operation
