"""What a PUT changes in a call, and what it does not."""

from dataclasses import replace

import pytest

from call_handling.call import Change, Media
from call_handling.call_actor import entry_of
from call_handling.negotiation import Negotiation
from call_handling.session import ChangedTooOften, Session, SessionEnd, Timeouts
from call_handling.status import ANSWERED, Role, Status
from camara.actor import Actor
from camara.errors import IncompatibleState
from tests.support.builders import (
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    NOW,
    TIMEOUTS,
    a_location,
    a_placed_call,
    a_registration,
    a_session,
    an_actor,
    legs,
)
from tests.support.sessions import RETENTION, a_call_of, a_register, late, put, put_call

RINGING, CONNECTED = Status.RINGING, Status.CONNECTED
BOB_AT_HIS_DESK = an_actor(BOB, "desk")


def of_two() -> Session:
    """A call that rings on two of Bob's devices, each through a client of its own."""
    return a_session(legs=legs(a_registration(BOB), a_registration(BOB, 2, client_id="desk")))


class TestChange:
    def test_is_the_next_version_with_a_new_lease(self) -> None:
        call = a_placed_call(a_session(version=7))

        after = put_call(call, BOB_ACTS, Change(Status.PROCEEDING), now=NOW + 5)

        assert after.session == replace(
            call.session, status=Status.PROCEEDING, version=8, write_id="write-2"
        ).renewed(NOW + 5, TIMEOUTS)
        assert after.invitation == call.invitation

    @pytest.mark.parametrize(
        ("actor", "change"),
        [
            (ALICE_ACTS, Change(RINGING, offer="offer-2")),
            (BOB_ACTS, Change(RINGING, answer="answer-2")),
            (BOB_ACTS, Change(RINGING, location=a_location())),
            (BOB_ACTS, Change(Status.WAITING)),
            (BOB_ACTS, Change(Status.BUSY)),
        ],
    )
    def test_is_what_makes_something_different(self, actor: Actor, change: Change) -> None:
        assert put(a_session(), actor, change).version == 2

    def test_by_another_device_is_none_with_the_answer_that_it_has_read(self) -> None:
        """The whole resource sent back is nobody's own answer."""
        change = Change(RINGING, answer="answer-1")
        call = put_call(a_placed_call(of_two()), BOB_ACTS, change)

        assert put_call(call, BOB_AT_HIS_DESK, change) is call
        register = a_register(a_registration(BOB, 2, client_id="desk"))
        with pytest.raises(IncompatibleState):
            put_call(call, BOB_AT_HIS_DESK, replace(change, status=CONNECTED), register=register)

    @pytest.mark.parametrize(
        ("status", "actor", "change"),
        [
            (RINGING, ALICE_ACTS, Change(RINGING)),
            (RINGING, ALICE_ACTS, Change(RINGING, offer="offer-1", answer="answer-2")),
            (RINGING, BOB_ACTS, Change(RINGING, offer="offer-2")),
            (CONNECTED, BOB_ACTS, Change(CONNECTED, answer="answer-1")),
            (CONNECTED, BOB_ACTS, Change(CONNECTED, offer="offer-1", answer="answer-1")),
            (Status.HOLD, ALICE_ACTS, Change(Status.HOLD)),
        ],
    )
    def test_that_changes_nothing_is_none_however_many_there_were(
        self, status: Status, actor: Actor, change: Change
    ) -> None:
        call = a_call_of(a_session(status, version=10_000).renewed(NOW, TIMEOUTS))

        assert put_call(call, actor, change) is call

    @pytest.mark.parametrize("actor", [ALICE_ACTS, BOB_ACTS])
    def test_that_comes_again_changes_nothing_more(self, actor: Actor) -> None:
        change = Change(RINGING, offer="offer-2", answer="answer-2", location=a_location())
        once = put_call(a_placed_call(a_session()), actor, change)

        assert put_call(once, actor, change) is once

    @pytest.mark.parametrize(("status", "seconds"), [(RINGING, 12), (Status.HOLD, 4320)])
    def test_of_the_lease_alone_is_a_write_when_it_moves_by_a_tenth_but_no_version(
        self, status: Status, seconds: int
    ) -> None:
        call = a_call_of(a_session(status, version=10_000).renewed(NOW, TIMEOUTS))

        assert put_call(call, BOB_ACTS, Change(status), now=NOW + seconds - 1) is call
        renewed = put_call(call, BOB_ACTS, Change(status), now=NOW + seconds)
        assert renewed.session == call.session.renewed(NOW + seconds, TIMEOUTS)
        assert renewed.session.stale_at == call.session.stale_at + seconds
        assert renewed.media == call.media

    def test_never_shortens_the_lease(self) -> None:
        patient = Timeouts(ring=600, setup=180)
        call = a_placed_call(a_session(stale_at=NOW + 600))

        after = put_call(call, BOB_ACTS, Change(Status.WAITING), now=NOW + 10, timeouts=patient)

        assert after.session.stale_at == NOW + 600

    @pytest.mark.parametrize("age", [0, 60])
    def test_of_a_call_that_has_seen_too_many_is_refused_unless_it_ends_it(self, age: int) -> None:
        last, too_many = (a_session(version=number + age) for number in (30, 31))

        assert put(last, BOB_ACTS, Change(Status.WAITING), now=NOW + age).version == 31 + age
        with pytest.raises(ChangedTooOften):
            put(too_many, BOB_ACTS, Change(Status.WAITING), now=NOW + age)
        assert put(too_many, BOB_ACTS, Change(Status.BUSY), now=NOW + age).version == 32 + age


class TestEnding:
    @pytest.mark.parametrize("actor", [BOB_ACTS, late(an_actor(BOB, "new"))])
    def test_records_who_and_when_and_how_long_it_stays(self, actor: Actor) -> None:
        after = put(a_session(), actor, Change(Status.BUSY), now=NOW + 5)

        assert after.status == "Busy"
        assert after.ended == SessionEnd(entry_of(actor), NOW + 5, None)
        assert after.expires_at == NOW + 5 + RETENTION


class TestMedia:
    def test_before_the_answer_the_offer_is_the_originators_and_the_answer_the_receivers(
        self,
    ) -> None:
        ringing = a_placed_call(a_session())
        both = Change(RINGING, offer="offer-2", answer="answer-2")

        assert put_call(ringing, ALICE_ACTS, both).media == Media("offer-2", None)
        assert put_call(ringing, BOB_ACTS, both).media == Media("offer-1", "answer-2")

    def test_an_answer_brings_no_offer(self) -> None:
        change = Change(CONNECTED, offer="offer-2", answer="answer-2")

        after = put_call(a_placed_call(a_session()), BOB_ACTS, change)

        assert after.media == Media("offer-1", "answer-2")

    @pytest.mark.parametrize("status", sorted(ANSWERED))
    @pytest.mark.parametrize(
        ("actor", "role", "other"),
        [(ALICE_ACTS, Role.ORIGINATOR, BOB_ACTS), (BOB_ACTS, Role.RECEIVER, ALICE_ACTS)],
    )
    def test_an_answered_call_is_renegotiated_by_either_end(
        self, status: Status, actor: Actor, role: Role, other: Actor
    ) -> None:
        call = a_call_of(a_session(status))
        offered = put_call(call, actor, Change(status, offer="offer-2"), now=NOW + 7)

        assert offered.media == Media("offer-2", None)
        assert offered.session.negotiation == Negotiation(offered_by=role, offered_at=NOW + 7)
        with pytest.raises(IncompatibleState):
            put_call(offered, other, Change(status, offer="offer-3"), now=NOW + 7 + 31)
        agreed = put_call(offered, other, Change(status, answer="answer-2"))
        assert agreed.media == Media("offer-2", "answer-2")
        assert agreed.session.negotiation == Negotiation(has_answer=True)

    def test_each_actor_has_its_own_location(self) -> None:
        near, far = a_location(), a_location(method="Other")
        call = a_placed_call(of_two())
        for actor, where in (
            (ALICE_ACTS, far),
            (BOB_ACTS, far),
            (late(an_actor(BOB, "new")), far),
            (ALICE_ACTS, near),
        ):
            call = put_call(call, actor, Change(RINGING, location=where))

        assert call.media.locations == {
            ALICE_ACTS.key: near,
            BOB_ACTS.key: far,
            an_actor(BOB, "new").key: far,
        }

    def test_an_ending_brings_none(self) -> None:
        change = Change(Status.BUSY, answer="answer-2", location=a_location())

        after = put_call(a_placed_call(a_session()), BOB_ACTS, change)

        assert after.media == Media("offer-1")
        assert after.session.negotiation == Negotiation()

    def test_no_change_keeps_it_longer(self) -> None:
        call = a_call_of(a_session(CONNECTED))

        later = put_call(call, ALICE_ACTS, Change(CONNECTED), now=NOW + 40_000)

        assert later.media_expires_at == call.media_expires_at

    def test_lasts_for_two_retentions_and_is_due_when_one_is_left(self) -> None:
        lives = a_session(CONNECTED, stale_at=NOW + TIMEOUTS.answered)
        call = a_call_of(lives).with_media_kept(NOW + 1000, TIMEOUTS)
        retention = TIMEOUTS.ended_retention

        assert call.media_expires_at == NOW + 1000 + 2 * retention
        assert call.due_at(NOW + 1000, TIMEOUTS) == NOW + 1000 + retention - 300

    @pytest.mark.parametrize(
        ("status", "now", "due_at"),
        [
            (Status.RINGING, NOW + 119, NOW + 120),
            (Status.RINGING, NOW + 120, NOW + 170),
            (CONNECTED, NOW + 119, NOW + 170),
        ],
    )
    def test_an_unanswered_call_is_due_when_its_first_ringing_time_is_over(
        self, status: Status, now: int, due_at: int
    ) -> None:
        call = a_call_of(a_session(status, stale_at=NOW + 170))

        assert call.due_at(now, TIMEOUTS) == due_at

    def test_media_that_expire_while_it_rings_for_the_first_time_are_due_before(self) -> None:
        timeouts = TIMEOUTS._replace(ring=3600, setup=3600, ended_retention=900)
        call = a_call_of(a_session(Status.RINGING, stale_at=NOW + 3600))

        due_at = call.with_media_kept(NOW, timeouts).due_at(NOW, timeouts)

        assert due_at == NOW + 900 - 300

    def test_is_unreadable_once_the_call_is_over(self) -> None:
        call = a_call_of(a_session(CONNECTED))
        assert call.readable_media == call.media

        ended = put_call(call, ALICE_ACTS, Change(Status.TERMINATED))

        assert ended.readable_media is None
