"""Who may change a call, and who answers it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from call_handling.call import Change
from call_handling.legs import Answerer, DeviceNotAllowed, NotAParty, Unbound
from call_handling.negotiation import Negotiation
from call_handling.session import Session, SessionEnd
from call_handling.status import ANSWERED, UNANSWERED, Status
from camara.actor import Actor
from camara.errors import CamaraError, IncompatibleState, NotFound
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    EVE_ACTS,
    NOW,
    a_placed_call,
    a_registration,
    a_session,
    an_actor,
    legs,
    registration_id,
)
from tests.support.sessions import RETENTION, a_register, deleted_by, late, put, put_call

RINGING, CONNECTED = Status.RINGING, Status.CONNECTED
ANSWER = Change(CONNECTED, answer="answer-1")
BOBS, DESK = a_registration(BOB), a_registration(BOB, 2, client_id="desk")
TABLET = a_registration(BOB, 3)
BOB_AT_HIS_DESK = an_actor(BOB, "desk")

type Made = Callable[[], Session]


def of_two() -> Session:
    """A call that rings on two of Bob's devices, each through a client of its own."""
    return a_session(legs=legs(BOBS, DESK))


def answered(named: str | None = None) -> Session:
    """The same, answered by the first."""
    change = replace(ANSWER, registration_id=named)
    return put(of_two(), BOB_ACTS, change, register=a_register(BOBS, DESK))


def over() -> Session:
    return deleted_by(ALICE_ACTS)


def answered_and_over() -> Session:
    return replace(
        answered(),
        status=Status.TERMINATED,
        ended=SessionEnd(ALICE_ACTS.key, NOW),
        expires_at=NOW + RETENTION,
    )


class TestRefusal:
    @pytest.mark.parametrize(
        ("session", "party", "change", "error"),
        [
            pytest.param(
                over, BOB_ACTS, Change(Status.TERMINATED), NotFound, id="over before all else"
            ),
            pytest.param(
                over,
                BOB_ACTS,
                Change(Status.HOLD, registration_id=registration_id(BOB, 2)),
                NotFound,
                id="over, another device",
            ),
            pytest.param(over, EVE_ACTS, ANSWER, NotAParty, id="over, and no party"),
            pytest.param(
                answered_and_over,
                BOB_AT_HIS_DESK,
                ANSWER,
                NotAParty,
                id="over, another device answered",
            ),
            pytest.param(a_session, EVE_ACTS, Change(Status.TERMINATED), NotAParty, id="no party"),
            pytest.param(
                a_session,
                ALICE_ACTS,
                Change(Status.TERMINATED, registration_id=registration_id(ALICE, 2)),
                DeviceNotAllowed,
                id="another device before the state",
            ),
            pytest.param(a_session, BOB_AT_HIS_DESK, ANSWER, Unbound, id="one not known"),
            pytest.param(
                a_session,
                BOB_ACTS,
                Change(RINGING, registration_id=registration_id(BOB, 2)),
                Unbound,
                id="a device not known",
            ),
            pytest.param(a_session, BOB_ACTS, Change(CONNECTED), IncompatibleState, id="no answer"),
            pytest.param(
                a_session, ALICE_ACTS, ANSWER, IncompatibleState, id="the originator answers"
            ),
            pytest.param(
                a_session, ALICE_ACTS, Change(Status.TERMINATED), IncompatibleState, id="too early"
            ),
            pytest.param(answered, BOB_ACTS, Change(RINGING), IncompatibleState, id="too late"),
        ],
    )
    def test_comes_from_what_is_there_then_who_it_is_then_the_state(
        self, session: Made, party: Actor, change: Change, error: type[CamaraError]
    ) -> None:
        with pytest.raises(CamaraError) as refusal:
            put(session(), party, change)

        assert refusal.type is error

    @pytest.mark.parametrize(
        ("party", "status", "repeats"),
        [
            (BOB_ACTS, Status.BUSY, True),
            (BOB_AT_HIS_DESK, Status.BUSY, True),
            (BOB_ACTS, Status.DECLINED, False),
            (ALICE_ACTS, Status.BUSY, False),
        ],
    )
    def test_is_none_of_the_ending_that_the_same_end_has_put(
        self, party: Actor, status: Status, *, repeats: bool
    ) -> None:
        """Its answer may have been lost."""
        busy = put_call(a_placed_call(of_two()), BOB_ACTS, Change(Status.BUSY))

        if repeats:
            assert put_call(busy, party, Change(status)) is busy
        else:
            with pytest.raises(NotFound):
                put_call(busy, party, Change(status))
        for gone in (NOW + RETENTION, NOW + RETENTION + 1):
            with pytest.raises(NotFound):
                put_call(busy, party, Change(status), now=gone)

    @pytest.mark.parametrize("party", [ALICE_ACTS, BOB_ACTS, BOB_AT_HIS_DESK, EVE_ACTS])
    @pytest.mark.parametrize("change", [Change(Status.HOLD), ANSWER])
    def test_after_the_retention_is_the_same_for_everybody(
        self, party: Actor, change: Change
    ) -> None:
        for session in (over(), answered_and_over()):
            with pytest.raises(NotFound):
                put(session, party, change, now=NOW + RETENTION)

    @pytest.mark.parametrize("change", [ANSWER, Change(CONNECTED)])
    @pytest.mark.parametrize("status", sorted(ANSWERED))
    def test_of_a_second_answer_says_that_another_device_was_faster(
        self, change: Change, status: Status
    ) -> None:
        session = replace(answered(BOBS.registration_id), status=status)
        for actor, named in (
            (BOB_ACTS, TABLET.registration_id),
            (BOB_AT_HIS_DESK, None),
            (BOB_AT_HIS_DESK, DESK.registration_id),
            (late(BOB_AT_HIS_DESK), None),
        ):
            with pytest.raises(IncompatibleState):
                put(session, actor, replace(change, registration_id=named))

    @pytest.mark.parametrize("status", sorted(set(Status) - {CONNECTED}))
    def test_of_anything_else_from_who_has_not_answered_says_that_it_is_no_party(
        self, status: Status
    ) -> None:
        with pytest.raises(NotAParty):
            put(answered(), BOB_AT_HIS_DESK, Change(status))

    @pytest.mark.parametrize(("seconds", "error"), [(-1, NotFound), (0, NotFound), (1, NotAParty)])
    def test_of_who_comes_late_to_what_is_over_says_so_if_it_came_before_the_end(
        self, seconds: int, error: type[CamaraError]
    ) -> None:
        declined = put(of_two(), BOB_ACTS, Change(Status.DECLINED))

        with pytest.raises(error):
            put(declined, late(BOB_ACTS, NOW + seconds), Change(RINGING), now=NOW + 5)


class TestAnswer:
    def test_gives_the_leg_to_who_has_answered(self) -> None:
        for actor, device in ((BOB_ACTS, BOBS), (late(BOB_AT_HIS_DESK), DESK)):
            after = put(of_two(), actor, ANSWER, register=a_register(BOBS, DESK))

            assert after.status == "Connected"
            assert after.legs == of_two().legs.answered(
                actor, None, a_register(BOBS, DESK), since=NOW, now=NOW
            )
            assert after.legs.actors == {device.actor}

    def test_is_given_by_the_device_that_is_named(self) -> None:
        register = a_register(BOBS, TABLET)
        change = replace(ANSWER, registration_id=TABLET.registration_id)

        after = put(a_session(legs=legs(BOBS, TABLET)), BOB_ACTS, change, register=register)

        assert after.legs.answered_by == Answerer.of(BOB_ACTS, TABLET.registration_id)

    def test_is_given_by_a_registered_device(self) -> None:
        with pytest.raises(DeviceNotAllowed):
            put(of_two(), BOB_ACTS, ANSWER, register=a_register(DESK))

    @pytest.mark.parametrize("status", sorted(UNANSWERED - {Status.INITIAL}))
    def test_is_none_before_the_call_is_connected(self, status: Status) -> None:
        early = put(of_two(), BOB_ACTS, Change(status, answer="answer-1"))

        assert early.legs == of_two().legs
        assert early.negotiation == Negotiation(
            has_answer=True, early_by=Answerer.of(BOB_ACTS, None)
        )

    @pytest.mark.parametrize(
        ("party", "named", "accepted"),
        [
            (BOB_ACTS, None, True),
            (BOB_ACTS, BOBS.registration_id, True),
            (BOB_ACTS, TABLET.registration_id, False),
            (BOB_AT_HIS_DESK, None, False),
            (BOB_AT_HIS_DESK, DESK.registration_id, False),
        ],
    )
    def test_that_came_early_is_enough_to_connect_for_the_same_device(
        self, party: Actor, named: str | None, *, accepted: bool
    ) -> None:
        devices = (BOBS, TABLET, DESK)
        early = Change(RINGING, answer="answer-1", registration_id=BOBS.registration_id)
        call = put_call(a_placed_call(a_session(legs=legs(*devices))), BOB_ACTS, early)
        connect, register = Change(CONNECTED, registration_id=named), a_register(*devices)
        if accepted:
            after = put_call(call, party, connect, register=register)
            assert after.session.negotiation == Negotiation(has_answer=True)
            assert after.media.answer == "answer-1"
        else:
            with pytest.raises(IncompatibleState):
                put_call(call, party, connect, register=register)
