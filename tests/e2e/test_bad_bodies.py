"""Bodies that are none, or not what they should be: a clear refusal, and nothing is stored."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.aws import Aws
from tests.e2e.subscriber import Line
from tests.support.builders import ALICE, ANSWER, BOB, a_call_request, a_location

INVALID = (400, "INVALID_ARGUMENT")
TOO_BIG = (400, "OUT_OF_RANGE")
GOOD = {"create": a_call_request(), "write": {"status": "Ringing"}}
BOTH = pytest.mark.parametrize("operation", GOOD)

BROKEN = {
    "nothing": (b"", INVALID),
    "blank": (b" ", INVALID),
    "not JSON": (b"status=Ringing", INVALID),
    "XML": (b"<status>Ringing</status>", INVALID),
    "null": (b"null", INVALID),
    "a number": (b"1", INVALID),
    "a string": (b'"Ringing"', INVALID),
    "an array": (b"[]", INVALID),
    "an empty object": (b"{}", INVALID),
    "not UTF-8": (b'{"status":"\xff\xfe"}', INVALID),
    "a NUL": (b'{"status":"Ringing"}\x00', INVALID),
    "300 KB": (b'{"x":"' + b"x" * 300_000 + b'"}', TOO_BIG),
    "11 MB": (b'{"x":"' + b"x" * 11_000_000 + b'"}', TOO_BIG),
    "arrays 100,000 deep": (b"[" * 100_000, INVALID),
}
# Put into a body that is good without them.
PROPERTIES = {
    "NaN": b'"x":NaN',
    "Infinity": b'"x":Infinity',
    "-Infinity": b'"x":-Infinity',
    "a number of 5,000 digits": b'"x":' + b"9" * 5000,
    "the same name twice": b'"x":1,"x":1',
    "status twice": b'"status":"Ringing","status":"Busy"',
    "objects 20,000 deep": b'"x":' + b'{"x":' * 20_000 + b"1" + b"}" * 20_000,
    "twice the same name further in": b'"x":{"y":[{"z":1,"z":2}]}',
    "a trailing comma": b'"x":1,',
    "an unknown escape": b'"x":"\\q"',
    "a control character": b'"x":"\n"',
}

ADDRESSES: list[Any] = [
    "",
    " ",
    "+12025550102",
    "12025550102",
    "tel:",
    "tel:+",
    "tel:+1",
    "tel:+0202555010",
    "tel:+1202555010200000",
    f"tel:{BOB}\n",
    f" tel:{BOB}",
    "tel:+1202555\u0660102",
    "tel:112",
    "sip:",
    "sip:bob",
    "sip:bob@localhost",
    "mailto:bob@example.com",
    "urn:service:counseling",
    f"tel:{BOB}\x00",
    [f"tel:{BOB}"],
    12025550102,
    None,
]
WRONG_CALLS: list[dict[str, Any]] = [
    {"originatorAddress": None},
    {"receiverAddress": None},
    {"offer": None},
    {"offer": {}},
    {"offer": "v=0"},
    {"offer": {"sdp": ""}},
    {"offer": {"sdp": 1}},
    {"offer": {"sdp": "\ud800"}},
    {"originatorName": 1},
    {"originatorName": "\ud800"},
    {"originatorName": "Ali\u202ece"},
    {"receiverName": "Bob\0"},
    {"receiverAddress": "sip:bob%00@ims.example.com"},
    {"receiverAddress": "sip:bob%4@ims.example.com"},
    {"callType": "regular"},
    {"answer": {"sdp": ANSWER}},
    {"status": "Initial"},
    {"receiverAddress": f"tel:{ALICE}"},
    {"receiverAddress": f"sip:{ALICE}@ims.example.com"},
    {"receiverAddress": "sip:anonymous@anonymous.invalid"},
    {"locationDetails": a_location(timestamp="yesterday")},
    {"locationDetails": a_location(coordinates={"latitude": "40.7"})},
]
WRONG_CHANGES: list[dict[str, Any]] = [
    {"status": "ringing"},
    {"status": "Ringing "},
    {"status": ""},
    {"status": 1},
    {"status": None},
    {"status": ["Ringing"]},
    {"answer": None},
    {"answer": ANSWER},
    {"answer": {"sdp": ""}},
    {"answer": {"sdp": "\ud800"}},
    {"locationDetails": []},
    {"locationDetails": a_location(shape="Square")},
]


@pytest.fixture(scope="module")
def call(line: Line) -> str:
    """A call that every test leaves as it was."""
    return line.call("Ringing")


@pytest.fixture(autouse=True)
def _nothing_changes(aws: Aws, line: Line, call: str) -> Iterator[None]:
    def everything() -> Any:
        pages = (
            aws.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=aws.stack.tables["SessionsTable"],
                ProjectionExpression="mediaSessionId, part, version",
            )
        )
        items = [item for page in pages for item in page["Items"]]
        for item in items:
            if item["mediaSessionId"]["S"] != call:
                item.pop("version", None)  # a sweep may end it meanwhile
        return items, line.alice.get(call).body

    before = everything()
    yield
    assert everything() == before


def _send(line: Line, call: str, operation: str, body: Any) -> tuple[int, str | None]:
    """Let Alice call Bob with this body, or Bob change the status of a call with it."""
    return (line.alice.post(body) if operation == "create" else line.bob.put(call, body)).code


@BOTH
@pytest.mark.parametrize("fault", BROKEN)
def test_broken(line: Line, call: str, operation: str, fault: str) -> None:
    body, code = BROKEN[fault]

    assert _send(line, call, operation, body) == code


@BOTH
@pytest.mark.parametrize("fault", PROPERTIES)
def test_a_broken_property(line: Line, call: str, operation: str, fault: str) -> None:
    good = json.dumps(GOOD[operation]).encode()

    assert _send(line, call, operation, good[:-1] + b"," + PROPERTIES[fault] + b"}") == INVALID


@BOTH
def test_truncated(line: Line, call: str, operation: str) -> None:
    good = json.dumps(GOOD[operation]).encode()

    for length in (1, len(good) // 2, len(good) - 1):
        assert _send(line, call, operation, good[:length]) == INVALID


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", ["originatorAddress", "receiverAddress"])
def test_an_address_outside_its_pattern(line: Line, call: str, name: str, address: Any) -> None:
    assert _send(line, call, "create", a_call_request() | {name: address}) == INVALID


@pytest.mark.parametrize("changes", WRONG_CALLS)
def test_a_call_that_cannot_be(line: Line, call: str, changes: dict[str, Any]) -> None:
    assert _send(line, call, "create", a_call_request(**changes)) == INVALID


@pytest.mark.parametrize("changes", WRONG_CHANGES)
def test_a_change_that_cannot_be(line: Line, call: str, changes: dict[str, Any]) -> None:
    assert _send(line, call, "write", {"status": "Ringing"} | changes) == INVALID
