"""Whatever the event: each part of the request is what it says, or a refusal from the table."""

import json as json_format
import re
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from camara.errors import CamaraError
from http_api.request import Request
from tests.fuzz.events import bodies, events
from tests.fuzz.strategies import json
from tests.support.api import SESSION
from tests.support.effort import effort
from tests.support.openapi import schema

_ID = re.compile(schema("Id")["pattern"].removesuffix("$") + r"\Z")


def _is_id(value: Any) -> bool:
    return bool(_ID.match(value)) and len(value) <= schema("Id")["maxLength"]


def _is_correlator(value: Any) -> bool:
    pattern = schema("XCorrelator")["pattern"].removesuffix("$")
    return re.match(pattern + r"\Z", value) is not None


def _is_json_object(value: Any) -> bool:
    """Objects with finite numbers only, which can be written again."""
    return isinstance(value, dict) and bool(json_format.dumps(value, allow_nan=False))


PARTS: dict[str, tuple[Callable[[Request], Any], Callable[[Any], bool]]] = {
    "path_id": (lambda request: request.path_id("mediaSessionId"), _is_id),
    "header_id": (lambda request: request.header_id("registrationId"), _is_id),
    "optional_header_id": (
        lambda request: request.optional_header_id("registrationId"),
        lambda found: found is None or _is_id(found),
    ),
    "correlator": (lambda request: request.correlator(), _is_correlator),
    "json_object": (lambda request: request.json_object(), _is_json_object),
    "no body": (lambda request: request.require_no_body(), lambda nothing: nothing is None),
    "path": (lambda request: request.path, lambda path: isinstance(path, str)),
    "context": (lambda request: request.authorizer_context, lambda _: True),
}


@pytest.mark.parametrize("part", PARTS)
@given(event=events(SESSION) | json)
@effort(100)
def test_any_event(part: str, event: Any) -> None:
    read, is_well_formed = PARTS[part]
    try:
        value = read(Request(event))
    except CamaraError as refusal:
        assert refusal.status in {400, 415}  # noqa: PT017 - either outcome is right
    else:
        assert is_well_formed(value)


@given(body=bodies, is_base64=st.booleans())
@effort(300)
def test_any_body(body: Any, is_base64: bool) -> None:  # noqa: FBT001
    try:
        value = Request({"body": body, "isBase64Encoded": is_base64}).json_object()
    except CamaraError as refusal:
        assert refusal.code in {"INVALID_ARGUMENT", "OUT_OF_RANGE"}  # noqa: PT017
    else:
        assert _is_json_object(value)


@given(value=json)
@effort(200)
def test_a_json_object_is_read_as_it_was_written(value: Any) -> None:
    request = Request({"body": json_format.dumps({"x": value})})
    try:
        assert request.json_object() == {"x": value}
    except CamaraError as refusal:
        assert refusal.code == "INVALID_ARGUMENT"  # noqa: PT017
        assert not _is_standard(value)


def _is_standard(value: Any) -> bool:
    """JSON that any reader takes: finite, and numbers of less than 4,300 digits."""
    try:
        return bool(json_format.dumps(value, allow_nan=False))
    except ValueError:
        return False
