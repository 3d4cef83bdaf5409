"""PUT that answers: the session remembers on which device, or on one of which."""

import uuid
from typing import Any

import pytest

from call_handling.store import session_store
from camara.identity import client_key
from tests.integration.conftest import FakeClock
from tests.support.api import Answer, a_call, get, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOW,
    a_context,
    a_two_legged_context,
    registration_id,
)
from tests.support.devices import deregister, register

OTHER = "client-2"
FIRST = registration_id(BOB)
ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}


def answer(call: str, on: str | None = None, client_id: str = CLIENT) -> Answer:
    headers = {} if on is None else {"registrationId": on}
    return put(None, call, ANSWER, headers=headers, context=a_context(BOB, client_id=client_id))


def answered_on(call: str) -> set[str]:
    return set(session_store().read(call).session.answered_on)


def test_a_call_that_rings_is_answered_on_none() -> None:
    assert answered_on(a_call("Ringing")) == set()


def test_an_answer_may_come_from_any_device_of_its_client() -> None:
    second = register(BOB, 2)
    register(BOB, 3, client=client_key(OTHER))
    call = a_call()

    assert answer(call).status == 200
    assert answered_on(call) == {FIRST, second}


def test_through_another_client_it_comes_from_a_device_of_that() -> None:
    register(BOB, 2)
    third = register(BOB, 3, client=client_key(OTHER))
    call = a_call()

    answer(call, client_id=OTHER)
    assert answered_on(call) == {third}


def test_an_answer_may_say_which_device_it_comes_from() -> None:
    second = register(BOB, 2)
    call = a_call()

    assert answer(call, on=second).status == 200
    assert answered_on(call) == {second}


def test_a_client_alone_answers_on_its_devices_too() -> None:
    deregister(BOB)
    second, third = (register(BOB, device, client=client_key(OTHER)) for device in (2, 3))
    calls = [a_call("Initial"), a_call("Initial")]
    context = a_two_legged_context(OTHER)

    put(None, calls[0], ANSWER, context=context)
    put(None, calls[1], ANSWER, context=context, headers={"registrationId": third})

    assert [answered_on(call) for call in calls] == [{second, third}, {third}]


@pytest.mark.parametrize("named", [False, True])
def test_a_device_that_came_later_answers(*, named: bool) -> None:
    call = a_call()
    second = register(BOB, 2, client=client_key(OTHER))

    assert answer(call, on=second if named else None, client_id=OTHER).status == 200
    assert answered_on(call) == {second}


def test_devices_are_those_of_the_moment_of_the_answer(time_stands_still: FakeClock) -> None:
    register(BOB, 2, expires_at=NOW + 60)
    call = a_call()
    third = register(BOB, 3)
    time_stands_still.now += 60

    answer(call)
    assert answered_on(call) == {FIRST, third}


def test_a_client_whose_devices_have_gone_answers_on_none_and_names_none() -> None:
    call = a_call()
    register(BOB, 2, client=client_key(OTHER))
    deregister(BOB)

    assert answer(call, on=FIRST).code == (403, "INVALID_TOKEN_CONTEXT")
    assert answer(call).status == 200
    assert answered_on(call) == set()


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(registration_id(BOB, 2), id="of another client"),
        pytest.param(registration_id(BOB, 3), id="expired"),
        pytest.param(registration_id(BOB, 4), id="deleted"),
        pytest.param(registration_id(ALICE), id="of the originator"),
        pytest.param(registration_id(EVE), id="of another number"),
        pytest.param(FIRST.upper(), id="in upper case"),
        pytest.param(str(uuid.UUID(int=1)), id="unknown"),
        pytest.param("x" * 256, id="long"),
    ],
)
def test_a_device_that_is_not_the_clients_answers_nothing_and_the_call_goes_on_ringing(
    time_stands_still: FakeClock, named: str
) -> None:
    register(BOB, 2, client=client_key(OTHER))
    register(BOB, 3, expires_at=NOW + 60)
    register(BOB, 4)
    deregister(BOB, 4)
    call = a_call("Ringing")
    before = session_store().read(call)
    time_stands_still.now += 60

    assert answer(call, on=named).code == (403, "INVALID_TOKEN_CONTEXT")
    assert session_store().read(call) == before
    assert answer(call, on=FIRST).status == 200


@pytest.mark.parametrize(
    ("named", "code"),
    [("", "INVALID_ARGUMENT"), ("a b", "INVALID_ARGUMENT"), ("x" * 257, "OUT_OF_RANGE")],
)
def test_an_id_that_cannot_be_one_is_refused_whatever_is_asked(named: str, code: str) -> None:
    call = a_call()

    for status in (ANSWER, "Ringing"):
        told = put(BOB, call, status, headers={"registrationId": named})
        assert told.code == (400, code)
    assert get(BOB, call).body["status"] == "Ringing"


def test_an_answer_that_came_early_is_on_the_device_that_connects() -> None:
    second = register(BOB, 2)
    call = a_call()
    put(BOB, call, {"status": "Proceeding", "answer": {"sdp": "v=0 answer"}})
    assert answered_on(call) == set()

    put(BOB, call, "Connected", headers={"registrationId": second})
    assert answered_on(call) == {second}


@pytest.mark.parametrize("party", [ALICE, BOB])
@pytest.mark.parametrize("named", [registration_id(BOB, 2), registration_id(EVE)])
def test_what_follows_changes_it_no_more(party: str, named: str) -> None:
    second = register(BOB, 2)
    call = a_call()
    answer(call, on=second)
    register(BOB, 3)

    headers: dict[str, Any] = {"registrationId": named}
    for status in (ANSWER, "Hold", "Resume", "Connected", "Connected"):
        assert put(party, call, status, headers=headers).status == 200
        assert put(party, call, "Connected" if status is ANSWER else status).status == 200
        assert answered_on(call) == {second}


def test_only_an_answer_looks_at_the_devices(requests: list[tuple[str, dict[str, Any]]]) -> None:
    call = a_call("Ringing")

    for status, asked in (
        ("Proceeding", ["Query", "PutItem"]),
        (ANSWER, ["Query", "GetItem", "TransactWriteItems"]),
        ("Connected", ["Query", "PutItem"]),
    ):
        requests.clear()
        put(BOB, call, status)
        assert [name for name, _ in requests] == asked
