"""Ids that cannot be one, or are not quite one, in the path and in ``registrationId``."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from infra.local.stack_file import Stack
from tests.e2e.subscriber import Line, Subscriber
from tests.support.builders import a_call_request

INVALID = (400, "INVALID_ARGUMENT")
BASE_PATHS = ["/webrtc/sessions", "/webrtc-call-handling/v0.4/sessions"]
TOO_LONG = (400, "OUT_OF_RANGE")
UNKNOWN = (404, "NOT_FOUND")

IDS = {
    "%20": INVALID,
    "%09": INVALID,
    "%00": INVALID,
    "a%00": INVALID,
    "x" * 257: TOO_LONG,
    "x" * 8000: TOO_LONG,
    "x" * 256: UNKNOWN,
    "%C3%A9": INVALID,
    "%ff": INVALID,
    "%F0%9F%93%9E": INVALID,
    "%": INVALID,
    "%zz": INVALID,
    "%252e": INVALID,
    "a%20b": INVALID,
    "a+b": INVALID,
    "a:b": INVALID,
    "'": INVALID,
    '"': INVALID,
    "{mediaSessionId}": INVALID,
    "#session": INVALID,
    ";x=1": INVALID,
    "*": INVALID,
    # The embedded gateway decodes a path before it routes it, and an id that holds a slash is then
    # a path of its own; that of AWS hands it on to the function, which refuses it.
    "..%2f": UNKNOWN,
    "..%2F..%2fsessions": UNKNOWN,
    "a%2fb": UNKNOWN,
    "..": UNKNOWN,
    ".": UNKNOWN,
    "%2e%2e": UNKNOWN,
    "null": UNKNOWN,
    "session": UNKNOWN,
}


@pytest.mark.parametrize("bad_id", IDS)
def test_in_the_path(line: Line, bad_id: str) -> None:
    for refused in (
        line.alice.get(bad_id),
        line.alice.delete(bad_id),
        line.alice.put(bad_id, "Ringing"),
    ):
        assert refused.code == IDS[bad_id]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", ["/webrtc/sessions", "/webrtc/sessions/"])
def test_none_in_the_path(alice: Subscriber, method: str, path: str) -> None:
    assert alice.send(method, path).code == INVALID


@pytest.mark.parametrize("sessions", BASE_PATHS)
@pytest.mark.parametrize("path", ["/status", "//status", "/status/"])
def test_none_in_the_path_of_the_status(alice: Subscriber, sessions: str, path: str) -> None:
    assert alice.send("PUT", sessions + path, {"status": "Ringing"}).code == INVALID
    assert alice.send("PUT", sessions + path).code == INVALID


@pytest.mark.parametrize("sessions", BASE_PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_status_is_no_id(alice: Subscriber, sessions: str, method: str) -> None:
    path = f"{sessions}/status"

    assert alice.send(method, path).code == INVALID
    assert alice.with_token(scope="none").send(method, path).code == (403, "PERMISSION_DENIED")
    assert alice.api.request(method, path).code == (401, "UNAUTHENTICATED")


def test_bytes_that_are_not_ascii_do_not_even_reach_the_gateway(line: Line, stack: Stack) -> None:
    call = line.call()
    api = urlsplit(stack.api_url)
    with socket.create_connection((api.hostname, api.port), timeout=30) as connection:
        path = f"{api.path}/webrtc/sessions/{call}\u00e9"
        connection.sendall(f"DELETE {path} HTTP/1.1\r\nHost: {api.netloc}\r\n\r\n".encode())
        answer = connection.recv(1024)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize("position", [0, 20, 39])
def test_one_character_changed(line: Line, position: int) -> None:
    call = line.call("Ringing")
    changed = "1" if call[position] == "0" else "0"
    almost = call[:position] + changed + call[position + 1 :]

    for party in (line.alice, line.bob):
        assert party.delete(almost).code == UNKNOWN
        assert party.get(almost).code == UNKNOWN
        assert party.put(almost, "Busy").code == UNKNOWN
    assert line.alice.status_of(call) == "Ringing"


@pytest.mark.parametrize("almost", ["{}%20", "%20{}", "{}%00", "{};x=1"])
def test_something_added(line: Line, almost: str) -> None:
    call = line.call("Ringing")

    assert line.alice.delete(almost.format(call)).code == INVALID
    assert line.alice.status_of(call) == "Ringing"


@pytest.mark.parametrize("changed", [str.upper, lambda call: call[:-1], lambda call: call + "0"])
def test_not_quite_the_id(line: Line, changed: Callable[[str], str]) -> None:
    call = line.call("Ringing")

    assert line.alice.delete(changed(call)).code == UNKNOWN
    assert line.alice.status_of(call) == "Ringing"


@pytest.mark.parametrize(
    ("registration_id", "code"),
    [
        ("", INVALID),
        (" ", INVALID),
        ("a b", INVALID),
        ("\u00e9", INVALID),
        ("a/b", INVALID),
        ("x" * 257, TOO_LONG),
    ],
)
def test_in_the_header(line: Line, registration_id: str, code: tuple[int, str]) -> None:
    call = line.call("Ringing")
    bad = {"registrationId": registration_id}

    assert line.alice.post(headers=bad).code == code
    assert line.bob.put(call, "Busy", headers=bad).code == code
    assert line.bob.delete(call, headers=bad).code == code
    assert line.alice.status_of(call) == "Ringing"


def test_only_a_new_call_needs_one_in_the_header(line: Line) -> None:
    assert line.alice.send("POST", "/webrtc/sessions", a_call_request()).code == INVALID
    assert line.bob.delete(line.call()).status == 204
