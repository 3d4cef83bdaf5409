"""``registrationId`` on PUT and DELETE: the device that is named must hold the leg of the token."""

from typing import Any

import pytest

from tests.support.api import a_call, delete, get, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOW,
    UNKNOWN,
    a_two_legged_context,
    registration_id,
)
from tests.support.clients import (
    ANSWER,
    NO_PARTY,
    NOT_FOUND,
    OTHER,
    Context,
    has_device,
    names,
    of,
    on,
    session,
    status,
)
from tests.support.devices import deregister, register
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.table import unchanged

ALICES, BOBS, EVES = map(registration_id, (ALICE, BOB, EVE))
ALICES_SECOND, BOBS_SECOND = (registration_id(party, 2) for party in (ALICE, BOB))
ALICE_ALONE, BOB_ALONE = a_two_legged_context(CLIENT), a_two_legged_context(OTHER)
ORIGINATORS = {"originator": of(ALICE), "originator's client": ALICE_ALONE}
RECEIVERS = {"receiver": of(BOB, OTHER), "receiver's client": BOB_ALONE}
UNANSWERED, ANSWERED = ("Initial", "Ringing"), ("Connected", "Hold")

HELD = [
    *((who, current, ALICES) for who in ORIGINATORS for current in UNANSWERED + ANSWERED),
    *((who, current, BOBS) for who in RECEIVERS for current in UNANSWERED + ANSWERED),
    *((who, current, BOBS_SECOND) for who in RECEIVERS for current in UNANSWERED),
]
NOT_HELD = [
    *(
        (who, current, named)
        for parties, others in ((ORIGINATORS, (BOBS,)), (RECEIVERS, (ALICES,)))
        for who in parties
        for current in ("Ringing", "Hold")
        for named in (UNKNOWN, ALICES_SECOND, EVES, *others)
    ),
    *((who, "Hold", BOBS_SECOND) for who in RECEIVERS),
]
CONTEXTS = ORIGINATORS | RECEIVERS


@pytest.fixture(autouse=True)
def _devices() -> None:
    """Alice has a second device; Bob's two are of another client than Alice's."""
    register(ALICE, 2)
    deregister(BOB)
    for device in (1, 2):
        has_device(BOB, OTHER, device)


def a_call_to_bob(current: str) -> str:
    """Place a call, answered on Bob's first device if it is."""
    call = a_call("Initial")
    steps: dict[str, list[Any]] = {"Initial": [], "Connected": [ANSWER], "Hold": [ANSWER, "Hold"]}
    for step in steps.get(current, [current]):
        assert put(None, call, step, context=of(BOB, OTHER), headers=on(BOBS)).status == 200
    return call


@pytest.mark.parametrize(("who", "current", "named"), HELD)
def test_a_device_that_holds_the_leg_acts_and_hangs_up_in_one_request(
    requests: Requests, who: str, current: str, named: str
) -> None:
    call = a_call_to_bob(current)
    by: dict[str, Any] = {"context": CONTEXTS[who], "headers": on(named)}
    assert put(None, call, current, **by).status == 200
    requests.clear()

    assert delete(None, call, **by).status == 204
    assert names(requests) == ["UpdateItem"]
    unanswered = "SessionCancelled" if who in ORIGINATORS else "Declined"
    assert session(call).status == ("Terminated" if current in ANSWERED else unanswered)


@pytest.mark.parametrize(("who", "current", "named"), NOT_HELD)
def test_a_device_that_does_not_changes_nothing_and_hangs_up_nothing(
    requests: Requests, who: str, current: str, named: str
) -> None:
    call = a_call_to_bob(current)
    by: dict[str, Any] = {"context": CONTEXTS[who], "headers": on(named)}

    with unchanged():
        assert put(None, call, current, **by).code == NO_PARTY
        requests.clear()
        assert delete(None, call, **by).code == NO_PARTY
    # Without a number there is no register to look at.
    asked = ["UpdateItem"] if who.endswith("client") else ["UpdateItem", "GetItem"]
    assert names(requests) == asked


class TestADeviceThatWasRegisteredSince:
    @pytest.fixture(params=["of an actor that has another", "of another actor"])
    def late(self, request: pytest.FixtureRequest) -> tuple[str, Context, str]:
        """A call, and the receiver that has registered another device since, and that device."""
        call = a_call("Initial")
        sub = "second user" if request.param == "of another actor" else None
        context = of(BOB, OTHER, sub=sub) if sub else of(BOB, OTHER)
        return call, context, has_device(BOB, OTHER, 3, sub=sub, made_at=NOW)

    def test_hangs_up_after_one_look(
        self, requests: Requests, late: tuple[str, Context, str]
    ) -> None:
        call, context, named = late
        requests.clear()

        assert delete(None, call, context=context, headers=on(named)).status == 204
        assert names(requests) == ["UpdateItem", "GetItem", "UpdateItem"]
        assert status(call, of(ALICE)) == "Declined"

    @pytest.mark.parametrize("change", ["Ringing", ANSWER, "Busy"])
    def test_changes_the_call(self, late: tuple[str, Context, str], change: Any) -> None:
        call, context, named = late

        assert put(None, call, change, context=context, headers=on(named)).status == 200

    def test_is_not_another_actors(self, late: tuple[str, Context, str]) -> None:
        call, _, named = late
        has_device(BOB, "client-3", 4)

        with unchanged():
            told = delete(None, call, context=of(BOB, "client-3"), headers=on(named))
            assert told.code == NO_PARTY

    @pytest.mark.parametrize("current", ANSWERED)
    def test_has_no_part_in_a_call_that_was_answered(
        self, requests: Requests, current: str
    ) -> None:
        call = a_call_to_bob(current)
        named = has_device(BOB, OTHER, 3, made_at=NOW)
        requests.clear()

        with unchanged():
            told = delete(None, call, context=of(BOB, OTHER), headers=on(named))
            assert told.code == NO_PARTY
            assert names(requests) == ["UpdateItem", "GetItem"]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("", "INVALID_ARGUMENT"),
        (" ", "INVALID_ARGUMENT"),
        ("a b", "INVALID_ARGUMENT"),
        ("\u00e9", "INVALID_ARGUMENT"),
        ("x" * 257, "OUT_OF_RANGE"),
    ],
)
def test_an_id_that_cannot_be_one_is_refused_before_anything_is_asked(
    requests: Requests, named: str, code: str
) -> None:
    assert delete(ALICE, "unknown", headers=on(named)).code == (400, code)
    assert put(ALICE, "unknown", "Ringing", headers=on(named)).code == (400, code)
    assert requests == []


@pytest.mark.parametrize("named", [ALICES, UNKNOWN])
def test_an_unknown_session_is_not_found_whatever_is_named(named: str) -> None:
    assert delete(ALICE, "unknown", headers=on(named)).code == NOT_FOUND
    assert put(ALICE, "unknown", "Failed", headers=on(named)).code == NOT_FOUND


@pytest.mark.parametrize("named", [BOBS, BOBS_SECOND, UNKNOWN])
def test_what_is_over_is_told_again_to_its_party_whatever_is_named(named: str) -> None:
    call = a_call_to_bob("Connected")
    context, headers = of(BOB, OTHER), on(named)
    delete(None, call, context=context, headers=on(BOBS), correlator="one")

    assert delete(None, call, context=context, headers=headers, correlator="one").status == 204
    for correlator in ("two", None):
        told = delete(None, call, context=context, headers=headers, correlator=correlator)
        assert told.code == NOT_FOUND
    assert delete(ALICE, call, headers=headers, correlator="one").code == NOT_FOUND
    assert put(ALICE, call, "Failed", headers=headers).code == NOT_FOUND


@pytest.mark.parametrize("late", [False, True])
def test_a_hang_up_whose_answer_was_lost_is_done(dynamo: FaultyDynamoDB, *, late: bool) -> None:
    call = a_call("Initial")
    named = has_device(BOB, OTHER, 3, made_at=NOW) if late else BOBS
    dynamo.lose_answers(1, after=2 if late else 0)

    assert delete(None, call, context=of(BOB, OTHER), headers=on(named)).status == 204
    assert get(ALICE, call).body["status"] == "Declined"
    assert session(call).version == 2


def test_a_device_that_has_been_registered_since_and_has_expired_is_none(clock: FakeClock) -> None:
    call = a_call("Initial")
    named = has_device(BOB, OTHER, 3, made_at=NOW, expires_at=NOW + 60)
    clock.now += 60

    with unchanged():
        assert delete(None, call, context=of(BOB, OTHER), headers=on(named)).code == NO_PARTY
