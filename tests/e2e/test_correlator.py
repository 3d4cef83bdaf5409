"""``x-correlator`` comes back with every answer, a function's or the gateway's."""

from collections.abc import Callable

import pytest

from tests.e2e.subscriber import Line, Subscriber
from tests.support.api import Answer

ANSWERS: dict[str, Callable[[Line, str, str | None], Answer]] = {
    "201": lambda line, _call, sent: line.alice.post(correlator=sent),
    "200": lambda line, call, sent: line.alice.get(call, correlator=sent),
    "200 changed": lambda line, call, sent: line.bob.put(call, "Ringing", correlator=sent),
    "204": lambda line, call, sent: line.alice.delete(call, correlator=sent),
    "400": lambda line, _call, sent: line.alice.send("DELETE", "/webrtc/sessions", correlator=sent),
    "404 of a function": lambda line, _call, sent: line.alice.get("unknown", correlator=sent),
    "404 of the gateway": lambda line, _call, sent: line.alice.send(
        "GET", "/unknown", correlator=sent
    ),
    "404 of a method": lambda line, call, sent: line.alice.send(
        "PATCH", f"/webrtc/sessions/{call}", correlator=sent
    ),
    "401 of the gateway": lambda line, call, sent: line.alice.with_bearer("garbage").get(
        call, correlator=sent
    ),
    "401 of the authorizer": lambda line, call, sent: line.alice.with_token(expires_in=-1).get(
        call, correlator=sent
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("sent", ["b4333c46-49c0-4f62-80d7-f0ef930f1c46", "a_b:c;d.e/f<g>{h}"])
def test_comes_back(line: Line, answer: str, sent: str) -> None:
    received = ANSWERS[answer](line, line.call(), sent)

    assert str(received.status) == answer[:3]
    assert received.headers["x-correlator"] == sent


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("sent", [None, ""])
def test_none_comes_of_none(line: Line, answer: str, sent: str | None) -> None:
    assert not ANSWERS[answer](line, line.call(), sent).headers.get("x-correlator")


@pytest.mark.parametrize("sent", ["a b", "a,b", 'a"b', "x" * 257])
def test_a_malformed_one_is_refused_and_comes_back(
    alice: Subscriber, line: Line, sent: str
) -> None:
    call = line.call()
    refused = alice.delete(call, correlator=sent)

    assert refused.code == (400, "INVALID_ARGUMENT")
    assert refused.headers["x-correlator"] == sent
    assert alice.status_of(call) == "Initial"


def test_one_that_is_not_ascii_is_refused(alice: Subscriber, line: Line) -> None:
    call = line.call()

    assert alice.delete(call, correlator="\u00e9").code == (400, "INVALID_ARGUMENT")
    assert alice.status_of(call) == "Initial"
