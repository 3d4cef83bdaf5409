"""Requests as the gateway hands them on that no client should send: refused, and nothing changes.

What else may be wrong with a body or an id is in the tests of those parts, and generated from
``infra/openapi.yaml`` in ``test_any_request.py``.
"""

import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.local.stack_file import Stack
from tests.support.api import SESSIONS
from tests.support.builders import a_call_request
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.subscriber import (
    CAMARAS_SESSIONS,
    EVENTS,
    REGISTRATIONS,
    SUBSCRIPTIONS,
    Line,
    Subscriber,
)

type Code = tuple[int, str]

INVALID = (400, "INVALID_ARGUMENT")
TOO_BIG = (400, "OUT_OF_RANGE")
UNKNOWN = (404, "NOT_FOUND")
DEVICE = "7d444840-9dc0-41d1-b245-5ffdce74fad2"

BODIES: dict[str, tuple[bytes, Code]] = {
    "nothing": (b"", INVALID),
    "not JSON": (b"status=Ringing", INVALID),
    "truncated": (b'{"status":"Ringing"', INVALID),
    "an empty object": (b"{}", INVALID),
    "not UTF-8": (b'{"status":"\xff\xfe"}', INVALID),
    "a NUL": (b'{"status":"Ringing"}\x00', INVALID),
    "300 KB": (b'{"x":"' + b"x" * 300_000 + b'"}', TOO_BIG),
    "11 MB": (b'{"x":"' + b"x" * 11_000_000 + b'"}', TOO_BIG),
    "arrays 100,000 deep": (b"[" * 100_000, INVALID),
    "the same name twice": (b'{"status":"Ringing","status":"Busy"}', INVALID),
    "a lone surrogate": (b'{"status":"Ringing","offer":{"sdp":"\\ud800"}}', INVALID),
}
IDS: dict[str, Code] = {
    "%20": INVALID,
    "a%00": INVALID,
    "x" * 257: TOO_BIG,
    "x" * 8000: TOO_BIG,
    "x" * 256: UNKNOWN,
    "%C3%A9": INVALID,
    "%ff": INVALID,
    "%": INVALID,
    "%zz": INVALID,
    "%252e": INVALID,
    "a+b": INVALID,
    "{mediaSessionId}": INVALID,
    "number%23x": INVALID,
    ";x=1": INVALID,
    # The embedded gateway decodes a path before it routes it, and an id that holds a slash is then
    # a path of its own; that of AWS hands it on to the function, which refuses it.
    "..%2f": UNKNOWN,
    "a%2fb": UNKNOWN,
    "..": UNKNOWN,
    "%2e%2e": UNKNOWN,
    "null": UNKNOWN,
    # What parts of items in the tables are called.
    "session": UNKNOWN,
    "registrations": UNKNOWN,
    "audience": UNKNOWN,
}
QUERIES = [
    "",
    "?deviceId",
    "?deviceId=phone",
    f"?deviceid={DEVICE}",
    f"?deviceId=%20{DEVICE}",
    f"?deviceId={DEVICE}&deviceId={DEVICE}",
    f"?deviceId={DEVICE},{DEVICE}",
]


@pytest.fixture(scope="module")
def call(line: Line) -> str:
    """A call that every test leaves as it was."""
    return line.call("Connected")  # which no timeout ends meanwhile


@pytest.fixture(autouse=True)
def _nothing_changes(line: Line, call: str) -> Iterator[None]:
    def seen() -> list[Any]:
        phone = line.alice.registration_id
        of_bob = line.bob.send("GET", SUBSCRIPTIONS)
        return [line.alice.get(call).body, line.alice.registration(phone).body, of_bob.body]

    before = seen()
    yield
    assert seen() == before
    assert line.alice.registrations_of(DEVICE).body == []


@pytest.mark.parametrize("fault", BODIES)
def test_a_broken_body(line: Line, call: str, fault: str) -> None:
    body, code = BODIES[fault]

    for method, path in (
        ("POST", SESSIONS),
        ("PUT", f"{SESSIONS}/{call}/status"),
        ("POST", REGISTRATIONS),
        ("POST", SUBSCRIPTIONS),
    ):
        assert line.bob.send(method, path, body, line.bob.which).code == code


def test_a_body_of_another_type(line: Line, call: str) -> None:
    for content_type in ("text/plain", "application/xml", "application/jsonx"):
        headers = line.bob.which | {"Content-Type": content_type}
        for method, path, body in (
            ("POST", SESSIONS, a_call_request()),
            ("PUT", f"{SESSIONS}/{call}/status", {"status": "Ringing"}),
            ("POST", REGISTRATIONS, {"deviceId": DEVICE}),
            ("POST", SUBSCRIPTIONS, {}),
        ):
            refused = line.bob.send(method, path, body, headers)
            assert refused.code == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_on_delete(line: Line, call: str) -> None:
    for body in (b"{}", b"null", b"x"):
        assert line.alice.delete(call, body=body).code == INVALID
        phone = f"{REGISTRATIONS}/{line.alice.registration_id}"
        assert line.alice.send("DELETE", phone, body).code == INVALID


@pytest.mark.parametrize("bad_id", IDS)
def test_an_id_in_the_path(line: Line, bad_id: str) -> None:
    for refused in (
        line.alice.get(bad_id),
        line.alice.put(bad_id, "Ringing"),
        line.alice.delete(bad_id),
        line.alice.send("DELETE", f"{CAMARAS_SESSIONS}/{bad_id}"),
        line.alice.registration(bad_id),
        line.alice.deregister(bad_id),
        line.alice.subscription(bad_id),
        line.alice.unsubscribe(bad_id),
    ):
        assert refused.code == IDS[bad_id]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        *((m, path, INVALID) for m in ("GET", "DELETE") for path in (SESSIONS, f"{SESSIONS}/")),
        ("PUT", SESSIONS, UNKNOWN),
        ("PUT", f"{SESSIONS}//status", INVALID),
        ("GET", f"{SESSIONS}/status", INVALID),
        ("PUT", f"{SESSIONS}/status", INVALID),
        ("DELETE", f"{SESSIONS}/status", INVALID),
        ("GET", CAMARAS_SESSIONS, INVALID),
        ("PUT", f"{CAMARAS_SESSIONS}/status", INVALID),
        ("PUT", REGISTRATIONS, INVALID),
        ("DELETE", f"{REGISTRATIONS}/", INVALID),
        ("PUT", SUBSCRIPTIONS, INVALID),
        ("DELETE", f"{SUBSCRIPTIONS}/", INVALID),
        ("GET", f"{SUBSCRIPTIONS}/", INVALID),
        ("GET", f"{SUBSCRIPTIONS}//", INVALID),
        ("GET", f"{SUBSCRIPTIONS}/?x=1", INVALID),
    ],
)
def test_no_id_in_the_path(
    alice: Subscriber, api: EmbeddedApi, method: str, path: str, code: Code
) -> None:
    assert alice.send(method, path).code == code
    if code == INVALID:
        assert alice.with_token(scope="none").send(method, path).code == (403, "PERMISSION_DENIED")
        assert api.request(method, path).code == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    ("almost", "code"),
    [
        (lambda call: f"{call}%20", INVALID),
        (lambda call: f"{call};x=1", INVALID),
        (str.upper, UNKNOWN),
        (lambda call: call[:-1], UNKNOWN),
        (lambda call: call[:-1] + ("1" if call[-1] == "0" else "0"), UNKNOWN),
    ],
)
def test_almost_an_id(line: Line, call: str, almost: Callable[[str], str], code: Code) -> None:
    for party in (line.alice, line.bob):
        assert party.get(almost(call)).code == code
        assert party.put(almost(call), "Busy").code == code
        assert party.delete(almost(call)).code == code


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_that_names_no_device(alice: Subscriber, query: str) -> None:
    assert alice.send("GET", f"{REGISTRATIONS}{query}").code == INVALID


@pytest.mark.parametrize(
    ("registration_id", "code"),
    [("", INVALID), ("a b", INVALID), ("\u00e9", INVALID), ("x" * 257, TOO_BIG)],
)
def test_an_id_in_the_header(line: Line, call: str, registration_id: str, code: Code) -> None:
    bad = {"registrationId": registration_id}

    assert line.alice.post(headers=bad).code == code
    assert line.bob.put(call, "Busy", headers=bad).code == code
    assert line.bob.delete(call, headers=bad).code == code


def test_only_a_new_call_needs_an_id_in_the_header(line: Line) -> None:
    assert line.alice.send("POST", SESSIONS, a_call_request()).code == INVALID
    assert line.bob.delete(line.call()).status == 204


def test_bytes_that_are_not_ascii_do_not_even_reach_the_gateway(stack: Stack, call: str) -> None:
    api = urlsplit(stack.api_url)
    with socket.create_connection((api.hostname, api.port), timeout=30) as connection:
        path = f"{api.path}{SESSIONS}/{call}\u00e9"
        connection.sendall(f"DELETE {path} HTTP/1.1\r\nHost: {api.netloc}\r\n\r\n".encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sink": "https://169.254.169.254/latest/meta-data"}, (400, "INVALID_SINK")),
        ({"sink": "https://[::ffff:10.0.0.1]/hook"}, (400, "INVALID_SINK")),
        ({"sink": "http://localhost:9000/hook"}, (400, "INVALID_SINK")),
        ({"sink": "file:///etc/passwd"}, (400, "INVALID_SINK")),
        ({"sink": "https://app.example.com/hook\r\nX-Injected: yes"}, (400, "INVALID_SINK")),
        ({"protocol": "MQTT5"}, (400, "INVALID_PROTOCOL")),
        ({"sinkCredential": {"credentialType": "PLAIN"}}, (400, "INVALID_CREDENTIAL")),
        (
            {"types": [f"{EVENTS}.session-status", f"{EVENTS}.session-invitation"]},
            (422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"),
        ),
    ],
)
def test_a_subscription_with_a_code_of_its_own(
    bob: Subscriber, changes: dict[str, Any], code: Code
) -> None:
    assert bob.subscribe_with(bob.subscription_request("session-status") | changes).code == code
