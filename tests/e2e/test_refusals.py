"""Rows of the error table that functions answer with; ``x-correlator`` comes with every answer."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import SESSIONS, Answer
from tests.support.builders import BOB, SCOPES, a_call_request
from tests.support.stack.aws import Aws
from tests.support.stack.faults import forbidden, left_waiting
from tests.support.stack.subscriber import Line, Subscriber

# Each asks one of the four operations about a call.
OPERATIONS: dict[str, Callable[..., Answer]] = {
    "create": lambda who, _call, **more: who.post(**more),
    "read": lambda who, call, **more: who.get(call, **more),
    "write": lambda who, call, **more: who.put(call, "Ringing", **more),
    "delete": lambda who, call, **more: who.delete(call, **more),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS)


@every_operation
def test_precedence_401_then_403_then_400_then_the_rest(line: Line, operation: str) -> None:
    call = line.call()
    own = f"webrtc-call-handling:sessions:{operation}"
    others = " ".join(scope for scope in SCOPES.split() if scope != own)

    def refused(correlator: str = "not valid", **claims: Any) -> tuple[int, str | None]:
        who = line.alice.with_token(phone_number=None, client_id=None, **claims)
        return OPERATIONS[operation](who, call, correlator=correlator).code

    assert refused(scope=others, expires_in=-1) == (401, "UNAUTHENTICATED")
    assert refused(scope=others) == (403, "PERMISSION_DENIED")
    assert refused() == (400, "INVALID_ARGUMENT")
    assert refused(correlator="valid") == (404, "IDENTIFIER_NOT_FOUND")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize("operation", ["read", "write", "delete"])
def test_404_for_an_unknown_call_and_for_who_is_no_party_and_has_no_device(
    line: Line, somebody: Callable[[], Subscriber], operation: str
) -> None:
    call = line.call()

    assert OPERATIONS[operation](line.alice, "unknown").code == (404, "NOT_FOUND")
    assert OPERATIONS[operation](somebody(), call).code == (404, "IDENTIFIER_NOT_FOUND")
    assert line.alice.status_of(call) == "Initial"


def test_403_for_calling_in_anothers_name_or_from_what_is_no_device_of_the_callers(
    line: Line, eve: Subscriber
) -> None:
    no_party = (403, "INVALID_TOKEN_CONTEXT")

    assert eve.post().code == no_party
    for registration_id in (line.bob.registration_id, "unknown", BOB.removeprefix("+")):
        assert line.alice.post(headers={"registrationId": registration_id}).code == no_party


def test_400_for_what_is_out_of_bounds(alice: Subscriber) -> None:
    for changes in ({"offer": {"sdp": "v" * 65_537}}, {"originatorName": "A" * 257}):
        assert alice.post(a_call_request(**changes)).code == (400, "OUT_OF_RANGE")


@pytest.mark.alone
def test_500_tells_nothing_of_the_inside(line: Line, aws: Aws) -> None:
    call = line.call()
    with forbidden(aws, "DeleteSessionByIdRole"):
        refused = line.alice.delete(call, correlator="c-1")

    assert refused.code == (500, "INTERNAL")
    assert refused.headers["x-correlator"] == "c-1"
    assert BOB not in str(refused)
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.alone
def test_504_when_there_is_no_time_left(line: Line, aws: Aws) -> None:
    call = line.call()
    with left_waiting(aws, "DeleteSessionById", timeout=8):
        refused = line.alice.delete(call, correlator="c-1")

    assert refused.code == (504, "TIMEOUT")
    assert refused.headers["x-correlator"] == "c-1"
    assert line.alice.status_of(call) == "Initial"
    assert line.alice.delete(call, correlator="c-1").status == 204


ANSWERS: dict[str, Callable[[Line, str, str | None], Answer]] = {
    "201": lambda line, _call, sent: line.alice.post(correlator=sent),
    "200": lambda line, call, sent: line.alice.get(call, correlator=sent),
    "200 changed": lambda line, call, sent: line.bob.put(call, "Ringing", correlator=sent),
    "204": lambda line, call, sent: line.alice.delete(call, correlator=sent),
    "400": lambda line, _call, sent: line.alice.send("DELETE", SESSIONS, correlator=sent),
    "404 of a function": lambda line, _call, sent: line.alice.get("unknown", correlator=sent),
    "404 of the gateway": lambda line, _, sent: line.alice.send("GET", "/x", correlator=sent),
    "401 of the gateway": lambda line, call, sent: line.alice.with_bearer("garbage").get(
        call, correlator=sent
    ),
    "401 of the authorizer": lambda line, call, sent: line.alice.with_token(expires_in=-1).get(
        call, correlator=sent
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_correlator_comes_back_and_none_comes_of_none(line: Line, answer: str) -> None:
    for sent in ("b4333c46-49c0-4f62-80d7-f0ef930f1c46", "a_b:c;d.e/f<g>{h}", None, ""):
        received = ANSWERS[answer](line, line.call(), sent)

        assert str(received.status) == answer[:3]
        assert received.headers.get("x-correlator", "") == (sent or "")


@pytest.mark.parametrize("sent", ["a b", "a,b", 'a"b', "x" * 257])
def test_a_malformed_correlator_is_refused_and_comes_back(line: Line, sent: str) -> None:
    call = line.call()
    refused = line.alice.delete(call, correlator=sent)

    assert refused.code == (400, "INVALID_ARGUMENT")
    assert refused.headers["x-correlator"] == sent
    assert line.alice.status_of(call) == "Initial"


def test_one_that_is_not_ascii_is_refused(line: Line) -> None:
    call = line.call()

    assert line.alice.delete(call, correlator="\u00e9").code == (400, "INVALID_ARGUMENT")
    assert line.alice.status_of(call) == "Initial"
