"""The rules of a session, each with the test that fails without it: how it begins and lasts."""

from dataclasses import replace

import pytest

from call_handling.call_actor import NETWORK, entry_of
from call_handling.negotiation import Negotiation
from call_handling.session import ChangedTooOften, Session, SessionEnd, Timeouts
from call_handling.status import ANSWERED, OVER, UNANSWERED, Role, Status
from camara.errors import IncompatibleState
from tests.support.builders import (
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    NOW,
    TIMEOUTS,
    a_registration,
    a_session,
    an_actor,
    legs,
)
from tests.support.sessions import RETENTION, a_register, late

DAY = 24 * 3600
CALLERS = (ALICE_ACTS.key, an_actor(None).key)
PHONE, DESK = "phone", "desk"


def test_an_invitation_is_the_first_version_of_a_session() -> None:
    between = legs()
    session = Session.invite("call-1", between, write_id="w", now=NOW, timeouts=TIMEOUTS)

    assert session == Session(
        media_session_id="call-1",
        legs=between,
        status=Status.INITIAL,
        version=1,
        write_id="w",
        created_at=NOW,
        stale_at=NOW + 120,
        expires_at=NOW + 120 + DAY,
        negotiation=Negotiation(has_answer=False, early_by=None, offered_by=None, offered_at=0),
        ended=None,
    )


def test_timeouts_are_those_of_the_contract() -> None:
    assert Timeouts() == (120, 180, 12 * 3600, 3600)


class TestEndings:
    RINGS = (a_registration(BOB, 1, client_id=PHONE), a_registration(BOB, 2, client_id=DESK))

    @pytest.mark.parametrize("status", sorted(UNANSWERED))
    def test_everybody_who_acts_has_one_and_so_has_the_network(self, status: Status) -> None:
        session = a_session(status, legs=legs(*self.RINGS))
        called = [
            an_actor(*who) for who in ((BOB, PHONE), (BOB, DESK), (None, PHONE), (None, DESK))
        ]

        assert session.endings == {
            **dict.fromkeys(map(str, CALLERS), "SessionCancelled"),
            **dict.fromkeys((str(actor.key) for actor in called), "Declined"),
            entry_of(late(BOB_ACTS)): "Declined",
            NETWORK: "NoAnswer",
        }

    @pytest.mark.parametrize("status", sorted(ANSWERED))
    def test_once_it_is_answered_who_has_not_answered_has_none(self, status: Status) -> None:
        session = a_session(legs=legs(*self.RINGS))
        answered = session.answered(an_actor(BOB, DESK), None, a_register(*self.RINGS), NOW)

        assert replace(answered, status=status).endings == dict.fromkeys(
            (*CALLERS, an_actor(BOB, DESK).key, an_actor(None, DESK).key, NETWORK), "Terminated"
        )

    @pytest.mark.parametrize("status", sorted(OVER))
    def test_a_session_that_is_over_has_none(self, status: Status) -> None:
        assert a_session(status).endings == {}


class TestAnswer:
    @pytest.mark.parametrize(
        ("current", "status", "answers"),
        [
            *((current, Status.CONNECTED, True) for current in sorted(UNANSWERED)),
            (Status.RINGING, Status.PROCEEDING, False),
            (Status.RINGING, Status.DECLINED, False),
            (Status.HOLD, Status.CONNECTED, False),
            (Status.DECLINED, Status.CONNECTED, False),
        ],
    )
    def test_is_what_brings_a_call_from_ringing_to_connected(
        self, current: Status, status: Status, *, answers: bool
    ) -> None:
        assert a_session(current).is_answered_by(status) is answers

    def test_is_heard_by_the_devices_that_were_registered_as_it_rang(self) -> None:
        session = a_session()
        made = {
            seconds: a_registration(BOB, 40 + seconds, made_at=NOW + seconds)
            for seconds in (-31, 0, 5, 6)
        }
        bobs = a_registration(BOB)

        after = session.answered(
            BOB_ACTS, bobs.registration_id, a_register(bobs, *made.values()), NOW + 5
        )

        assert after.legs.devices == {bobs.device, made[0].device, made[5].device}


class TestTransition:
    @pytest.mark.parametrize(
        ("role", "current", "status"),
        [
            (Role.ORIGINATOR, Status.RINGING, Status.CONNECTED),
            (Role.ORIGINATOR, Status.RINGING, Status.TERMINATED),
            (Role.RECEIVER, Status.RINGING, Status.TERMINATED),
            (Role.RECEIVER, Status.CONNECTED, Status.RINGING),
            (Role.RECEIVER, Status.DECLINED, Status.DECLINED),
        ],
    )
    def test_that_the_contract_has_not_is_refused(
        self, role: Role, current: Status, status: Status
    ) -> None:
        with pytest.raises(IncompatibleState):
            a_session(current).require_transition(role, status)

    def test_that_it_has_is_none(self) -> None:
        a_session().require_transition(Role.RECEIVER, Status.CONNECTED)


class TestLease:
    def test_an_unanswered_call_rings_for_its_time(self) -> None:
        assert a_session().stale_at == NOW + 120

    @pytest.mark.parametrize(
        ("seconds", "lease"), [(0, 120), (30, 150), (60, 180), (100, 180), (500, 180)]
    )
    def test_is_renewed_but_never_past_the_setup_time(self, seconds: int, lease: int) -> None:
        assert a_session().renewed(NOW + seconds, TIMEOUTS).stale_at == NOW + lease

    def test_is_never_shortened_before_the_answer(self) -> None:
        patient = Timeouts(ring=600, setup=180)

        assert a_session(stale_at=NOW + 600).renewed(NOW + 10, patient).stale_at == NOW + 600

    @pytest.mark.parametrize("status", sorted(ANSWERED))
    def test_of_an_answered_call_is_long(self, status: Status) -> None:
        assert a_session(status).renewed(NOW + 1000, TIMEOUTS).stale_at == NOW + 1000 + 43200

    @pytest.mark.parametrize("status", [Status.RINGING, Status.CONNECTED])
    def test_a_live_session_outlives_its_deadline_in_the_table(self, status: Status) -> None:
        """Else DynamoDB would remove it before the sweep could end it."""
        renewed = a_session(status).renewed(NOW + 30, TIMEOUTS)

        assert renewed.expires_at == renewed.stale_at + DAY

    @pytest.mark.parametrize(
        ("status", "stale_at", "seconds"),
        [(Status.RINGING, NOW + 120, 12), (Status.CONNECTED, NOW + 43200, 4320)],
    )
    def test_is_worth_a_write_when_it_moves_by_a_tenth(
        self, status: Status, stale_at: int, seconds: int
    ) -> None:
        session = a_session(status, stale_at=stale_at)

        assert not session.is_worth_renewing(NOW + seconds - 1, TIMEOUTS)
        assert session.is_worth_renewing(NOW + seconds, TIMEOUTS)

    def test_at_the_end_of_the_setup_time_is_worth_none(self) -> None:
        assert not a_session(stale_at=NOW + 180).is_worth_renewing(NOW + 180, TIMEOUTS)


class TestWritten:
    def test_the_version_grows_by_one_and_the_write_is_named(self) -> None:
        session = a_session(version=7)

        assert session.written("w") == replace(session, version=8, write_id="w")


class TestRate:
    @pytest.mark.parametrize("status", [Status.INITIAL, Status.RINGING, Status.HOLD])
    @pytest.mark.parametrize("age", [0, 1, 3600])
    def test_thirty_changes_are_allowed_and_one_more_for_each_second(
        self, status: Status, age: int
    ) -> None:
        """Placing the call was version 1, and no change."""
        last, too_many = (a_session(status, version=number + age) for number in (30, 31))

        last.require_rate(status, NOW + age)
        with pytest.raises(ChangedTooOften):
            too_many.require_rate(status, NOW + age)

    @pytest.mark.parametrize("status", sorted(OVER))
    @pytest.mark.parametrize("current", [Status.RINGING, Status.HOLD])
    def test_an_ending_is_always_allowed(self, current: Status, status: Status) -> None:
        a_session(current, version=10_000).require_rate(status, NOW)

    def test_an_answer_is_always_allowed_and_what_follows_is_not(self) -> None:
        a_session(Status.RINGING, version=10_000).require_rate(Status.CONNECTED, NOW)
        with pytest.raises(ChangedTooOften):
            a_session(Status.RESUME, version=10_000).require_rate(Status.CONNECTED, NOW)


def test_an_ending_by_put_records_who_and_when_and_how_long_it_stays() -> None:
    session = a_session(Status.BUSY)

    assert session.over("somebody", NOW + 5, TIMEOUTS) == replace(
        session, ended=SessionEnd("somebody", NOW + 5, None), expires_at=NOW + 5 + RETENTION
    )
