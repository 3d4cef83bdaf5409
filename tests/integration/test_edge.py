"""What holds for every operation: authentication, scope, x-correlator, precedence, the log."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from call_handling import delete_session_by_id
from tests.integration.conftest import FakeClock
from tests.support.api import Answer, delete, get, post, put
from tests.support.builders import ALICE, BOB, OFFER, SCOPES, a_call_request, a_context, a_location

OPERATIONS: dict[str, Callable[..., Answer]] = {
    "create": post,
    "read": lambda subscriber, **more: get(subscriber, "unknown", **more),
    "write": lambda subscriber, **more: put(subscriber, "unknown", "Ringing", **more),
    "delete": lambda subscriber, **more: delete(subscriber, "unknown", **more),
}
every_operation = pytest.mark.parametrize("name", OPERATIONS)


@every_operation
@pytest.mark.parametrize("context", [[], {}, {"scope": SCOPES}, a_context(scope=["a"])])
def test_no_usable_context_is_no_authentication(name: str, context: Any) -> None:
    assert OPERATIONS[name](ALICE, context=context).code == (401, "UNAUTHENTICATED")


@every_operation
def test_a_token_that_expired_in_the_gateways_cache(
    name: str, time_stands_still: FakeClock
) -> None:
    context = a_context(exp=str(time_stands_still.now + 1))
    assert OPERATIONS[name](ALICE, context=context).status != 401

    time_stands_still.now += 1
    assert OPERATIONS[name](ALICE, context=context).code == (401, "UNAUTHENTICATED")


@every_operation
def test_each_operation_needs_its_own_scope(name: str) -> None:
    own = f"webrtc-call-handling:sessions:{name}"
    others = " ".join(scope for scope in SCOPES.split() if scope != own)

    denied = OPERATIONS[name](ALICE, context=a_context(scope=others))
    granted = OPERATIONS[name](ALICE, context=a_context(scope=own))

    assert denied.code == (403, "PERMISSION_DENIED")
    assert granted.status in {201, 404}


@every_operation
def test_a_token_without_subscriber_or_client_leads_to_no_device(name: str) -> None:
    nobody = a_context(None, client_id=None)

    assert OPERATIONS[name](ALICE, context=nobody).code == (404, "IDENTIFIER_NOT_FOUND")


@every_operation
def test_precedence_401_then_403_then_400_then_the_rest(name: str) -> None:
    def refused(**claims: Any) -> tuple[int, str | None]:
        wrong = {"correlator": "not valid"} if "correlator" not in claims else {}
        claims.pop("correlator", None)
        return OPERATIONS[name](ALICE, context=a_context(**claims), **wrong).code

    nobody = {"phone_number": None, "client_id": None}
    assert refused(exp="1", scope="", **nobody) == (401, "UNAUTHENTICATED")
    assert refused(scope="", **nobody) == (403, "PERMISSION_DENIED")
    assert refused(**nobody) == (400, "INVALID_ARGUMENT")
    assert refused(correlator=True, **nobody) == (404, "IDENTIFIER_NOT_FOUND")


@every_operation
def test_the_correlator_is_echoed_whatever_comes_of_it(name: str) -> None:
    for context in (a_context(), a_context(scope=""), {}):
        answer = OPERATIONS[name](ALICE, context=context, correlator="my-correlator")
        assert answer.headers["x-correlator"] == "my-correlator"
    assert "x-correlator" not in OPERATIONS[name](ALICE).headers


@every_operation
@pytest.mark.parametrize("correlator", ["a b", "x" * 257, "a,b"])
def test_a_correlator_outside_its_pattern_is_refused_and_echoed(name: str, correlator: str) -> None:
    answer = OPERATIONS[name](ALICE, correlator=correlator)

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert answer.headers["x-correlator"] == correlator


@pytest.mark.parametrize("correlator", ["\u00e9", "a\r\nSet-Cookie: x", "\x00"])
def test_what_no_header_can_carry_is_not_echoed(correlator: str) -> None:
    answer = delete(ALICE, "unknown", correlator=correlator)

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert "x-correlator" not in answer.headers


def test_an_unforeseen_fault_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    def broken() -> None:
        raise RuntimeError(ALICE)

    monkeypatch.setattr(delete_session_by_id, "endings", broken)

    assert delete(ALICE, "unknown").code == (500, "INTERNAL")
    fault = json.loads(logged.getvalue().splitlines()[0])
    assert fault["fault"] == "RuntimeError"
    assert fault["frames"][-1].endswith("broken")
    assert ALICE not in logged.getvalue()


def test_the_log_follows_a_call_and_names_nobody(logged: io.StringIO) -> None:
    body = a_call_request(locationDetails=a_location())
    call = post(body=body, correlator="c-1").body["mediaSessionId"]
    put(BOB, call, {"status": "Ringing", "locationDetails": a_location()}, correlator="c-2")
    put(BOB, call, {"status": "Connected", "answer": {"sdp": OFFER}}, correlator="c-3")
    delete(ALICE, call, correlator="c-4")
    delete(BOB, call, correlator="c-5")

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    told = [(line["correlator"], line.get("from"), line.get("to")) for line in lines]
    assert told == [
        ("c-1", None, "Initial"),
        ("c-2", "Initial", "Ringing"),
        ("c-3", "Ringing", "Connected"),
        ("c-4", "Connected", "Terminated"),
        ("c-5", None, None),
    ]
    assert {line["mediaSessionId"] for line in lines} == {call}
    assert lines[-1]["code"] == "NOT_FOUND"
    for secret in ("2025550101", "2025550102", "Alice", "v=0", "40.7", "eyJ"):
        assert secret not in logged.getvalue()
