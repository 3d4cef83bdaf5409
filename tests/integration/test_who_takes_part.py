"""Who has which leg of a call, by actor (number, client, user) or by client alone.

The originator's is the actor's that placed it. The receiver's is that of every actor with a device,
also one registered since, until one answers: then it is that one's alone.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOBODY,
    NOW,
    a_call_request,
    a_two_legged_context,
)
from tests.support.clients import (
    ANSWER,
    DONE,
    FORBIDDEN_BY_THE_STATE,
    NO_DEVICE,
    NO_PARTY,
    NOT_FOUND,
    OTHER,
    Context,
    every_operation,
    has_device,
    names,
    of,
    on,
    sdp,
    session,
    status,
)
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.table import unchanged

SECOND_USER = "second user"
OTHERS = {
    "another client": of(BOB, OTHER),
    "another user": of(BOB, sub=SECOND_USER),
    "both": of(BOB, OTHER, sub=SECOND_USER),
}
every_other = pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
CALLER, CALLED, LATE = "SessionCancelled", "Declined", "Declined, after a look"
"""Who has a leg, by what DELETE makes of a call that rings."""


def gets_device(who: Context, made_at: int = NOW, **changes: Any) -> str:
    """Register a device as who has this token."""
    number, client, sub = (who.get(name) for name in ("phone_number", "client_id", "sub"))
    return has_device(number or "", client, made_at=made_at, sub=sub, **changes)


def a_scene(
    *have: Context, answers: Context | None = None, come: tuple[Context, ...] = (), gone: str = ""
) -> Callable[[], str]:
    """Alice calls Bob, who have a device each; so ``have`` others. Then some ``come``, one goes."""

    def play() -> str:
        for who in have:
            gets_device(who)
        call = a_call("Initial")
        if answers:
            assert put(None, call, ANSWER, context=answers).status == 200
        for who in come:
            gets_device(who)
        if gone:
            deregister(gone)
        return call

    return play


def between_clients(*, answered: bool = False) -> Callable[[], str]:
    """Bob has devices of another client only."""

    def play() -> str:
        deregister(BOB)
        return a_scene(of(BOB, OTHER), answers=of(BOB, OTHER) if answered else None)()

    return play


def placed_by_others(who: Context) -> Callable[[], str]:
    def play() -> str:
        device = gets_device(who)
        return str(post(context=who, headers=on(device)).body["mediaSessionId"])

    return play


def to_nobody() -> str:
    """Its receiver registers its first device afterwards."""
    call = post(body=a_call_request(receiverAddress=f"tel:{NOBODY}")).body["mediaSessionId"]
    register(NOBODY)
    return str(call)


RINGS, ALONE, ELSEWHERE = a_scene(), a_two_legged_context(CLIENT), a_two_legged_context(OTHER)
ALICES_OTHERS = (of(ALICE, OTHER), of(ALICE, sub=SECOND_USER))
WITHOUT_CLIENT = of(ALICE, None)

TABLE: dict[str, list[tuple[Callable[[], str], Context, Any]]] = {
    "the originator": [
        (RINGS, of(ALICE), CALLER),
        (a_scene(gone=ALICE), of(ALICE), CALLER),
        (a_scene(gone=ALICE), of(ALICE, OTHER), NO_DEVICE),
        *((RINGS, other, NO_PARTY) for other in ALICES_OTHERS),
        *((a_scene(come=(other,)), other, NO_PARTY) for other in ALICES_OTHERS),
        *((placed_by_others(who), who, CALLER) for who in (*ALICES_OTHERS, WITHOUT_CLIENT)),
        *((placed_by_others(who), of(ALICE), NO_PARTY) for who in (*ALICES_OTHERS, WITHOUT_CLIENT)),
    ],
    "the receiver before the answer": [
        *((a_scene(other), other, CALLED) for other in OTHERS.values()),
        *((RINGS, other, NO_PARTY) for other in OTHERS.values()),
        *((a_scene(come=(other,)), other, LATE) for other in OTHERS.values()),
        (a_scene(of(BOB, OTHER)), of(BOB), CALLED),
        (a_scene(gone=BOB), of(BOB), CALLED),
        (a_scene(of(BOB, None)), of(BOB, None), CALLED),
        (a_scene(come=(of(BOB, None),)), of(BOB, None), LATE),
        (to_nobody, of(NOBODY), LATE),
    ],
    "the receiver after the answer": [
        *((a_scene(other, answers=other), other, "Terminated") for other in OTHERS.values()),
        *((a_scene(other, answers=other), of(BOB), NO_PARTY) for other in OTHERS.values()),
        *((a_scene(other, answers=of(BOB)), other, NO_PARTY) for other in OTHERS.values()),
        *((a_scene(answers=of(BOB), come=(other,)), other, NO_PARTY) for other in OTHERS.values()),
        (a_scene(of(BOB, OTHER), answers=of(BOB)), ELSEWHERE, NO_PARTY),
    ],
    "a client alone": [
        (between_clients(), ALONE, CALLER),
        (between_clients(), ELSEWHERE, CALLED),
        (between_clients(answered=True), ELSEWHERE, "Terminated"),
        (RINGS, ALONE, CALLER),
        (a_scene(answers=of(BOB)), ALONE, "Terminated"),
        (a_scene(come=(of(BOB, OTHER),)), ELSEWHERE, NO_PARTY),
        (between_clients(), a_two_legged_context("client-3"), NO_PARTY),
        (RINGS, a_two_legged_context(None), NO_DEVICE),
        (RINGS, a_two_legged_context(""), NO_DEVICE),
    ],
    "somebody else": [
        (RINGS, of(EVE), NO_PARTY),
        (a_scene(come=(of(EVE, OTHER),)), of(EVE, OTHER), NO_PARTY),
        (RINGS, of(NOBODY), NO_DEVICE),
    ],
}


@every_operation
@pytest.mark.parametrize(
    ("scene", "who", "expected"), [row for rows in TABLE.values() for row in rows]
)
def test_who_has_which_leg(
    requests: Requests, operate: Any, scene: Callable[[], str], who: Context, expected: Any
) -> None:
    """Whoever has none is looked up among the devices of its number, if it has one, and once."""
    call = scene()
    requests.clear()

    if isinstance(expected, tuple):
        with unchanged():
            assert operate(call, who).code == expected
        assert names(requests)[1:] == ["GetItem"] * ("phone_number" in who)
    else:
        told = operate(call, who)
        assert told.status in DONE or told.code == FORBIDDEN_BY_THE_STATE
        assert names(requests).count("GetItem") == (expected is LATE)
        if told.status == 204:
            assert session(call).status == expected.partition(",")[0]


@every_operation
def test_a_device_counts_until_it_expires(clock: FakeClock, operate: Any) -> None:
    has_device(BOB, OTHER, expires_at=NOW + 60)
    register(NOBODY, expires_at=NOW + 61)
    clock.now += 60
    call = a_call("Initial")

    assert operate(call, of(BOB, OTHER)).code == NO_PARTY
    assert operate(call, of(NOBODY)).code == NO_PARTY
    clock.now += 1
    assert operate(call, of(NOBODY)).code == NO_DEVICE


@every_operation
def test_an_unknown_session_is_not_found_whoever_asks(requests: Requests, operate: Any) -> None:
    for who in (of(ALICE), of(NOBODY), a_two_legged_context()):
        requests.clear()
        assert operate("unknown", who).code == NOT_FOUND
        assert len(requests) == 1


@every_operation
def test_after_the_retention_nobody_finds_it(clock: FakeClock, operate: Any) -> None:
    call = a_scene(of(BOB, OTHER), answers=of(BOB))()
    delete(ALICE, call)

    assert operate(call, of(NOBODY)).code == NO_DEVICE
    clock.now += 3600
    for who in (of(ALICE), of(BOB, OTHER), of(NOBODY)):
        assert operate(call, who).code == NOT_FOUND


@pytest.mark.parametrize("come", ["before", "while it rings", "after the answer"])
@pytest.mark.parametrize("connected", [ANSWER, sdp()])
@every_other
def test_who_answers_second_is_told_so_if_it_rang_there(
    other: Context, connected: Any, come: str
) -> None:
    devices = (other,)
    call = a_scene(*devices * (come == "before"), come=devices * (come == "while it rings"))()
    assert put(BOB, call, ANSWER).status == 200
    if come == "after the answer":
        gets_device(other)

    refused = NO_PARTY if come == "after the answer" else FORBIDDEN_BY_THE_STATE
    with unchanged():
        assert put(None, call, connected, context=other).code == refused
    delete(ALICE, call)
    assert put(None, call, connected, context=other).code == NO_PARTY


@pytest.mark.parametrize(
    ("method", "refused"), [("DELETE", NO_PARTY), ("PUT", FORBIDDEN_BY_THE_STATE)]
)
def test_a_late_one_comes_second_when_another_has_answered_since_the_look(
    monkeypatch: pytest.MonkeyPatch, method: str, refused: tuple[int, str]
) -> None:
    call = a_scene(come=(of(BOB, OTHER),))()
    just_before(monkeypatch, "GetItem", lambda: put(BOB, call, ANSWER))

    late = of(BOB, OTHER)
    told = delete(None, call, context=late) if method == "DELETE" else None
    assert (told or put(None, call, ANSWER, context=late)).code == refused
    assert status(call, of(BOB)) == "Connected"


@pytest.mark.parametrize(
    ("scene", "first", "second", "others"),
    [
        (between_clients(), of(ALICE), ALONE, (of(BOB, OTHER), ELSEWHERE)),
        (between_clients(), ALONE, of(ALICE), (of(BOB, OTHER), ELSEWHERE)),
        (between_clients(), of(BOB, OTHER), ELSEWHERE, (of(ALICE), ALONE)),
        (between_clients(), ELSEWHERE, of(BOB, OTHER), (of(ALICE), ALONE)),
        (a_scene(of(BOB, OTHER)), of(BOB), of(BOB, OTHER), (of(ALICE), ALONE)),
        (a_scene(come=(of(BOB, OTHER),)), of(BOB, OTHER), of(BOB, OTHER), (of(ALICE),)),
    ],
)
def test_all_actors_of_a_leg_are_one_party_to_its_end(
    scene: Callable[[], str], first: Context, second: Context, others: tuple[Context, ...]
) -> None:
    call = scene()
    assert delete(None, call, context=first, correlator="one").status == 204

    with unchanged():
        assert delete(None, call, context=second, correlator="one").status == 204
        for correlator in ("two", None):
            again = delete(None, call, context=second, correlator=correlator)
            assert again.code == NOT_FOUND
        assert get(None, call, context=second).code == NOT_FOUND
        for other in others:
            assert delete(None, call, context=other, correlator="one").code == NOT_FOUND
            assert get(None, call, context=other).status == 200


@pytest.mark.parametrize(("seconds", "reads"), [(59, True), (60, True), (61, False)])
def test_a_call_that_is_over_is_told_to_who_came_before_its_end(
    clock: FakeClock, seconds: int, *, reads: bool
) -> None:
    call = a_call()
    clock.now += 60
    delete(ALICE, call)
    clock.now += 60
    gets_device(of(BOB, OTHER), made_at=NOW + seconds)
    deregister(BOB)

    late, refused = {"context": of(BOB, OTHER)}, NOT_FOUND if reads else NO_PARTY
    assert get(None, call, **late).code == ((200, None) if reads else NO_PARTY)
    assert put(None, call, "Ringing", **late).code == refused
    assert delete(None, call, **late).code == refused
    assert status(call, of(BOB)) == "SessionCancelled"
    has_device(BOB, OTHER, 3, made_at=NOW + 59)
    assert status(call, of(BOB, OTHER)) == "SessionCancelled"


def test_a_client_alone_places_no_call() -> None:
    with unchanged():
        assert post(context=a_two_legged_context()).code == NO_DEVICE
