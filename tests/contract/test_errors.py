"""The table of errors in docs/api.md: code and document are held against it."""

from collections.abc import Iterator
from typing import Any

import pytest

from camara.errors import CamaraError
from tests.support.openapi import document, operations
from tests.support.pages import code, page, rows

ROWS = {
    ((int(status), *code(name)), message)
    for status, name, message, _ in rows(page("docs/api.md"), "status", "code", "message", "when")
}

EVERYWHERE = {
    400: {"INVALID_ARGUMENT"},
    401: {"UNAUTHENTICATED"},
    403: {"PERMISSION_DENIED"},
    429: {"TOO_MANY_REQUESTS", "QUOTA_EXCEEDED"},
    500: {"INTERNAL"},
    503: {"UNAVAILABLE"},
    504: {"TIMEOUT"},
}


def _row(info: Any) -> tuple[tuple[int, str], str]:
    assert set(info) == {"status", "code", "message"}
    return (info["status"], info["code"]), info["message"]


def _documented_errors() -> Iterator[tuple[str, int, dict[str, Any]]]:
    for operation in operations().values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                yield operation["operationId"], int(status), response["content"]["application/json"]


def test_the_code_has_the_table() -> None:
    assert {_row(error.info()) for error in CamaraError.__subclasses__()} == ROWS


def test_the_document_has_the_table() -> None:
    examples = [
        example["value"]
        for response in document()["components"]["responses"].values()
        for example in response["content"]["application/json"]["examples"].values()
    ]

    assert {_row(example) for example in examples} == ROWS


@pytest.mark.parametrize("route", operations(), ids=" ".join)
def test_operations_document_what_may_become_of_any_like_them(route: tuple[str, str]) -> None:
    """What else one answers, an answer in any test is held against (``check_response``)."""
    _, path = route
    operation = operations()[route]
    expected = dict(EVERYWHERE)
    if "{" in path:
        expected |= {404: {"NOT_FOUND"}}
    if "requestBody" in operation:
        expected |= {415: {"UNSUPPORTED_MEDIA_TYPE"}}

    documented = {
        status: {example["value"]["code"] for example in content["examples"].values()}
        for operation_id, status, content in _documented_errors()
        if operation_id == operation["operationId"]
    }

    assert {
        status: documented.get(status, set()) & codes for status, codes in expected.items()
    } == (expected)


def test_schemas_of_errors_allow_the_examples_and_no_more() -> None:
    for _, status, content in _documented_errors():
        _, own = content["schema"]["allOf"]
        values = [example["value"] for example in content["examples"].values()]
        assert own["properties"]["status"] == {"enum": [status]}
        assert own["properties"]["code"] == {"enum": [value["code"] for value in values]}
        assert {value["status"] for value in values} == {status}
