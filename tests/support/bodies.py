"""Bodies that differ from a good one in one place, held against the document and the code."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from camara.errors import CamaraError
from tests.support.contract import validator
from tests.support.openapi import schema

type Parse = Callable[[dict[str, Any]], object]
type Change = tuple[tuple[str, ...], Any]
"""A path into the body, and the value to put there."""

ABSENT = object()
DEVICE = "7D444840-9dc0-41d1-b245-5ffdce74fad2"


def changed(body: dict[str, Any], change: Change) -> dict[str, Any]:
    """Return a copy that is changed."""
    copy = deepcopy(body)
    (*path, name), value = change
    inner = copy
    for step in path:
        inner = inner.setdefault(step, {})
    if value is ABSENT:
        del inner[name]
    else:
        inner[name] = value
    return copy


def name_of(change: Change) -> str:
    """Return the name of a test."""
    path, value = change
    return f"{'.'.join(path)}={'ABSENT' if value is ABSENT else str(value)[:40]}"


def expect_good(schema_name: str, parse: Parse, body: dict[str, Any]) -> None:
    """Expect the document and the code to take it."""
    validator(schema(schema_name)).validate(body)
    parse(body)


def expect_bad(
    schema_name: str, parse: Parse, body: dict[str, Any], error: type[CamaraError]
) -> None:
    """Expect the document to refuse it, and the code with this error."""
    assert not validator(schema(schema_name)).is_valid(body)
    with pytest.raises(error):
        parse(body)
