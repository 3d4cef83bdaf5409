"""PUT that answers: by a device that its actor has registered, and the session remembers which."""

import uuid

import pytest

from registration.store import registration_store
from tests.support.api import Answer, a_call, get, put
from tests.support.builders import (
    ALICE,
    BOB,
    BOB_KEY,
    CLIENT,
    EVE,
    NOW,
    a_context,
    a_two_legged_context,
    registration_id,
)
from tests.support.clients import ANSWER, NO_DEVICE, NO_PARTY, OTHER, names, on, session
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.table import unchanged

FIRST = registration_id(BOB)


def answer(call: str, by: str | None = None, client_id: str = CLIENT) -> Answer:
    return put(None, call, ANSWER, headers=on(by), context=a_context(BOB, client_id=client_id))


def answered_on(call: str) -> set[str]:
    legs = session(call).legs
    return set(legs.holders) if legs.answered_by else set()


def keys(*registrations: str) -> set[str]:
    known = registration_store().of_subscriber(BOB_KEY).remembered
    return {each.key for each in known if each.registration_id in registrations}


def test_a_call_that_rings_is_answered_on_none() -> None:
    assert answered_on(a_call("Ringing")) == set()


def test_an_answer_may_come_from_any_device_of_its_client() -> None:
    second = register(BOB, 2)
    register(BOB, 3, client_id=OTHER)
    call = a_call()

    assert answer(call).status == 200
    assert answered_on(call) == keys(FIRST, second)


def test_through_another_client_it_comes_from_a_device_of_that() -> None:
    register(BOB, 2)
    third = register(BOB, 3, client_id=OTHER)
    call = a_call()

    answer(call, client_id=OTHER)
    assert answered_on(call) == keys(third)


def test_by_another_user_it_comes_from_a_device_of_that() -> None:
    second = register(BOB, 2, sub="second user")
    call = a_call()

    put(None, call, ANSWER, context=a_context(BOB, sub="second user"))
    assert answered_on(call) == keys(second)


def test_an_answer_may_say_which_device_it_comes_from() -> None:
    second = register(BOB, 2)
    call = a_call()

    assert answer(call, by=second).status == 200
    assert answered_on(call) == keys(second)


def test_a_client_alone_answers_on_its_devices_too() -> None:
    deregister(BOB)
    second, third = (register(BOB, device, client_id=OTHER) for device in (2, 3))
    calls = [a_call("Initial"), a_call("Initial")]
    context = a_two_legged_context(OTHER)

    put(None, calls[0], ANSWER, context=context)
    put(None, calls[1], ANSWER, context=context, headers=on(third))

    assert [answered_on(call) for call in calls] == [keys(second, third), keys(third)]


@pytest.mark.parametrize("named", [False, True])
def test_a_device_that_came_later_answers(*, named: bool) -> None:
    call = a_call()
    second = register(BOB, 2, client_id=OTHER)

    assert answer(call, by=second if named else None, client_id=OTHER).status == 200
    assert answered_on(call) == keys(second)


def test_devices_are_those_of_the_moment_of_the_answer(clock: FakeClock) -> None:
    register(BOB, 2, expires_at=NOW + 60)
    call = a_call()
    third = register(BOB, 3)
    clock.now += 60

    answer(call)
    assert answered_on(call) == keys(FIRST, third)


@pytest.mark.parametrize("named", [None, FIRST])
@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_who_has_no_device_left_answers_nothing_and_the_call_rings_on_elsewhere(
    clock: FakeClock, how: str, named: str | None
) -> None:
    if how == "expired":
        deregister(BOB)
        register(BOB, expires_at=NOW + 60)
    register(BOB, 2, client_id=OTHER)
    call = a_call()
    if how == "expired":
        clock.now += 60
    else:
        deregister(BOB)

    with unchanged():
        assert answer(call, by=named).code == NO_PARTY
    assert answer(call, client_id=OTHER).status == 200


def test_who_has_a_number_without_devices_answers_nothing() -> None:
    call = a_call()
    deregister(BOB)

    with unchanged():
        assert answer(call).code == NO_DEVICE


@pytest.mark.parametrize("named", [None, FIRST])
def test_a_device_that_goes_at_the_last_moment_answers_nothing(
    monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    register(BOB, 2, client_id=OTHER)
    call = a_call()

    with unchanged():
        just_before(monkeypatch, "TransactWriteItems", lambda: deregister(BOB))

        assert answer(call, by=named).code == NO_PARTY
    assert get(ALICE, call).body["status"] == "Ringing"


def test_an_answer_needs_the_device_that_it_names_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = register(BOB, 2)
    call = a_call()

    with unchanged():
        just_before(monkeypatch, "TransactWriteItems", lambda: deregister(BOB, 2))

        assert answer(call, by=second).code == NO_PARTY


def test_without_a_name_one_of_its_actors_devices_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(BOB, 2)
    call = a_call()
    just_before(monkeypatch, "TransactWriteItems", lambda: deregister(BOB))

    assert answer(call).status == 200


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(registration_id(BOB, 2), id="of another client"),
        pytest.param(registration_id(BOB, 5), id="of another user"),
        pytest.param(registration_id(BOB, 3), id="expired"),
        pytest.param(registration_id(BOB, 4), id="deleted"),
        pytest.param(registration_id(ALICE), id="of the originator"),
        pytest.param(registration_id(EVE), id="of another number"),
        pytest.param(FIRST.upper(), id="in upper case"),
        pytest.param(str(uuid.UUID(int=1)), id="unknown"),
        pytest.param("x" * 256, id="long"),
    ],
)
def test_a_device_that_is_not_the_actors_answers_nothing_and_the_call_goes_on_ringing(
    clock: FakeClock, named: str
) -> None:
    register(BOB, 2, client_id=OTHER)
    register(BOB, 3, expires_at=NOW + 60)
    register(BOB, 4)
    deregister(BOB, 4)
    register(BOB, 5, sub="second user")
    call = a_call("Ringing")
    clock.now += 60

    with unchanged():
        assert answer(call, by=named).code == NO_PARTY
    assert answer(call, by=FIRST).status == 200


@pytest.mark.parametrize(
    ("named", "code"),
    [("", "INVALID_ARGUMENT"), ("a b", "INVALID_ARGUMENT"), ("x" * 257, "OUT_OF_RANGE")],
)
def test_an_id_that_cannot_be_one_is_refused_whatever_is_asked(named: str, code: str) -> None:
    call = a_call()

    for status in (ANSWER, "Ringing"):
        told = put(BOB, call, status, headers=on(named))
        assert told.code == (400, code)
    assert get(BOB, call).body["status"] == "Ringing"


def test_an_answer_that_came_early_is_on_the_device_that_connects() -> None:
    second = register(BOB, 2)
    call = a_call()
    put(BOB, call, {"status": "Proceeding", "answer": {"sdp": "v=0 answer"}})
    assert answered_on(call) == set()

    put(BOB, call, "Connected", headers=on(second))
    assert answered_on(call) == keys(second)


def test_what_follows_changes_it_no_more() -> None:
    second = register(BOB, 2)
    call = a_call()
    answer(call, by=second)
    register(BOB, 3)

    for party, device in ((ALICE, registration_id(ALICE)), (BOB, second)):
        for status in (ANSWER, "Hold", "Resume", "Connected"):
            assert put(party, call, status, headers=on(device)).status == 200
            assert put(party, call, "Connected" if status is ANSWER else status).status == 200
            assert answered_on(call) == keys(second)


def test_only_an_answer_looks_at_the_devices(requests: Requests) -> None:
    call = a_call("Ringing")

    for status, asked in (
        ("Proceeding", ["Query", "PutItem"]),
        (ANSWER, ["Query", "GetItem", "TransactWriteItems"]),
        ("Hold", ["Query", "PutItem"]),
    ):
        requests.clear()
        put(BOB, call, status)
        assert names(requests) == asked
