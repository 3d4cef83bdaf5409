"""PUT that answers: by a device that its actor has registered, and the session remembers which."""

import pytest

from registration.store import registration_store
from tests.support.api import Answer, a_call, get, put
from tests.support.builders import (
    ALICE,
    BOB,
    BOB_KEY,
    CLIENT,
    NOW,
    UNKNOWN,
    a_context,
    a_two_legged_context,
    registration_id,
)
from tests.support.clients import (
    ANSWER,
    FORBIDDEN_BY_THE_STATE,
    NO_DEVICE,
    NO_PARTY,
    OTHER,
    Context,
    names,
    on,
    sdp,
    session,
)
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.table import unchanged

FIRST, SECOND, THIRD, FOURTH = (registration_id(BOB, number) for number in (1, 2, 3, 4))
SECOND_USER = a_context(BOB, sub="second user")


def answer(call: str, by: str | None = None, client_id: str = CLIENT) -> Answer:
    return put(None, call, ANSWER, headers=on(by), context=a_context(BOB, client_id=client_id))


def answered_on(call: str) -> set[str]:
    legs = session(call).legs
    return set(legs.holders) if legs.answered_by else set()


def keys(*registrations: str) -> set[str]:
    known = registration_store().of_subscriber(BOB_KEY).remembered
    return {each.key for each in known if each.registration_id in registrations}


@pytest.mark.parametrize(
    ("context", "named", "devices"),
    [
        pytest.param(a_context(BOB), None, (FIRST, SECOND), id="any of its actor"),
        pytest.param(a_context(BOB), SECOND, (SECOND,), id="the one that is named"),
        pytest.param(a_context(BOB, client_id=OTHER), None, (THIRD,), id="another client's"),
        pytest.param(a_context(BOB, client_id=OTHER), THIRD, (THIRD,), id="its name"),
        pytest.param(SECOND_USER, None, (FOURTH,), id="another user's"),
        pytest.param(a_two_legged_context(OTHER), None, (THIRD,), id="of a client alone"),
        pytest.param(a_two_legged_context(OTHER), THIRD, (THIRD,), id="of it, named"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_call_is_answered_on(
    context: Context, named: str | None, devices: tuple[str, ...], *, late: bool
) -> None:
    alone = "phone_number" not in context
    call = a_call("Ringing") if late and not alone else ""
    register(BOB, 2)
    register(BOB, 3, client_id=OTHER)
    register(BOB, 4, sub="second user")
    call = call or a_call("Ringing")
    assert answered_on(call) == set()

    assert put(None, call, ANSWER, context=context, headers=on(named)).status == 200
    assert answered_on(call) == keys(*devices)


def test_devices_are_those_of_the_moment_of_the_answer(clock: FakeClock) -> None:
    register(BOB, 2, expires_at=NOW + 60)
    call = a_call()
    register(BOB, 3)
    clock.now += 60

    answer(call)
    assert answered_on(call) == keys(FIRST, THIRD)


@pytest.mark.parametrize("named", [None, FIRST])
@pytest.mark.parametrize("at", ["before", "the last moment"])
def test_who_has_no_device_left_answers_nothing_and_the_call_rings_on_elsewhere(
    monkeypatch: pytest.MonkeyPatch, at: str, named: str | None
) -> None:
    register(BOB, 2, client_id=OTHER)
    call = a_call()
    if at == "before":
        deregister(BOB)
    else:
        just_before(monkeypatch, "TransactWriteItems", lambda: deregister(BOB))

    with unchanged():
        assert answer(call, by=named).code == NO_PARTY
    assert get(ALICE, call).body["status"] == "Ringing"
    assert answer(call, client_id=OTHER).status == 200


def test_who_has_a_number_without_devices_answers_nothing() -> None:
    call = a_call()
    deregister(BOB)

    with unchanged():
        assert answer(call).code == NO_DEVICE


@pytest.mark.parametrize(
    ("named", "gone", "told"),
    [(SECOND, 2, NO_PARTY), (SECOND, 1, (200, None)), (None, 1, (200, None))],
)
def test_an_answer_needs_the_device_that_it_names_or_one_of_its_actor(
    monkeypatch: pytest.MonkeyPatch, named: str | None, gone: int, told: tuple[int, str | None]
) -> None:
    register(BOB, 2)
    call = a_call()
    just_before(monkeypatch, "TransactWriteItems", lambda: deregister(BOB, gone))

    assert answer(call, by=named).code == told


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(SECOND, id="of another client"),
        pytest.param(registration_id(BOB, 5), id="of another user"),
        pytest.param(THIRD, id="expired"),
        pytest.param(FOURTH, id="deleted"),
        pytest.param(registration_id(ALICE), id="of the originator"),
        pytest.param(FIRST.upper(), id="in upper case"),
        pytest.param(UNKNOWN, id="unknown"),
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


def test_an_early_answer_is_that_of_its_device_until_a_later_one_replaces_it() -> None:
    register(BOB, 2)
    call = a_call()
    for named, text in ((FIRST, "early"), (SECOND, "later")):
        told = put(BOB, call, sdp("Proceeding", answer=text), headers=on(named))
        assert told.body["answer"] == {"sdp": text}
    assert answered_on(call) == set()

    with unchanged():
        assert put(BOB, call, sdp(), headers=on(FIRST)).code == FORBIDDEN_BY_THE_STATE
    assert put(BOB, call, sdp(), headers=on(SECOND)).body["answer"] == {"sdp": "later"}
    assert answered_on(call) == keys(SECOND)
    with unchanged():
        assert put(BOB, call, ANSWER, headers=on(FIRST)).code == FORBIDDEN_BY_THE_STATE
        assert put(BOB, call, "Hold", headers=on(FIRST)).code == NO_PARTY


def test_what_follows_changes_it_no_more() -> None:
    register(BOB, 2)
    call = a_call()
    answer(call, by=SECOND)
    register(BOB, 3)

    for party, device in ((ALICE, registration_id(ALICE)), (BOB, SECOND)):
        for status in (ANSWER, "Hold", "Resume", "Connected"):
            assert put(party, call, status, headers=on(device)).status == 200
            assert put(party, call, "Connected" if status is ANSWER else status).status == 200
            assert answered_on(call) == keys(SECOND)


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
