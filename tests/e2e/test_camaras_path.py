"""CAMARA's own path of call handling: the same calls, under another address."""

import pytest

from tests.e2e.subscriber import Line, Subscriber
from tests.support.api import SESSIONS
from tests.support.builders import ANSWER, a_call_request

CAMARAS = "/webrtc-call-handling/v0.4/sessions"


def test_a_whole_call(line: Line) -> None:
    device = line.alice.which
    created = line.alice.send("POST", CAMARAS, a_call_request(), device, correlator="c-1")
    assert created.status == 201
    assert created.headers["x-correlator"] == "c-1"
    call = f"{CAMARAS}/{created.body['mediaSessionId']}"

    assert line.bob.send("GET", call).body == created.body
    answer = {"status": "Connected", "answer": {"sdp": ANSWER}}
    assert line.bob.send("PUT", f"{call}/status", answer).body["status"] == "Connected"
    assert line.alice.send("DELETE", call, correlator="c-2").status == 204
    assert line.alice.send("DELETE", call, correlator="c-2").status == 204
    assert line.alice.send("GET", call).code == (404, "NOT_FOUND")
    assert line.bob.send("GET", call).body["status"] == "Terminated"


@pytest.mark.parametrize("begun_on", [SESSIONS, CAMARAS])
def test_what_begins_on_one_path_goes_on_on_the_other(line: Line, begun_on: str) -> None:
    goes_on = CAMARAS if begun_on == SESSIONS else SESSIONS
    created = line.alice.send("POST", begun_on, a_call_request(), line.alice.which).body
    call = created["mediaSessionId"]

    assert line.bob.send("GET", f"{goes_on}/{call}").body == created
    assert line.bob.send("DELETE", f"{goes_on}/{call}").status == 204
    assert line.alice.send("GET", f"{begun_on}/{call}").body["status"] == "Declined"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", CAMARAS, (400, "INVALID_ARGUMENT")),
        ("DELETE", CAMARAS, (400, "INVALID_ARGUMENT")),
        ("DELETE", f"{CAMARAS}/", (400, "INVALID_ARGUMENT")),
        ("DELETE", f"{CAMARAS}/{'x' * 257}", (400, "OUT_OF_RANGE")),
        ("DELETE", f"{CAMARAS}/unknown", (404, "NOT_FOUND")),
        ("PUT", CAMARAS, (404, "NOT_FOUND")),
        ("PATCH", f"{CAMARAS}/unknown", (404, "NOT_FOUND")),
        ("GET", "/webrtc-call-handling/v0.3/sessions/unknown", (404, "NOT_FOUND")),
        ("GET", "/webrtc-call-handling/sessions/unknown", (404, "NOT_FOUND")),
    ],
)
def test_refusals_are_the_same(
    alice: Subscriber, method: str, path: str, code: tuple[int, str]
) -> None:
    assert alice.send(method, path).code == code
