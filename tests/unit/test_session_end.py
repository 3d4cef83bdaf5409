"""Who finds a session, living or over, and what a DELETE that the table refused is told."""

import itertools
from collections.abc import Callable

import pytest

from call_handling.call_actor import NETWORK, entry_of
from call_handling.legs import DeviceNotAllowed, Unbound
from call_handling.session import Session, SessionEnd
from call_handling.status import Role, Status
from camara.actor import Actor
from camara.errors import InvalidTokenContext, NotFound
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    EVE_ACTS,
    NOW,
    a_registration,
    a_session,
    an_actor,
    legs,
    registration_id,
)
from tests.support.sessions import RETENTION, deleted_by, late

ELSEWHERE = an_actor(BOB, "client-2")


def declined_by(actor: Actor, correlator: str | None = None) -> Session:
    """A call that Bob, who has two clients, has declined at ``NOW``."""
    rings = legs(
        a_registration(BOB, client_id="client-2"), a_registration(BOB, 2, client_id="desk")
    )
    return a_session(
        Status.DECLINED,
        legs=rings,
        ended=SessionEnd(entry_of(actor), NOW, correlator),
        expires_at=NOW + RETENTION,
    )


def explain(
    session: Session,
    actor: Actor,
    correlator: str = "",
    *,
    named: str | None = None,
    write_id: str = "w",
    now: int = NOW,
) -> None:
    session.explain_refused_end(actor, named, write_id=write_id, correlator=correlator, now=now)


class TestRefusedEnd:
    """What a DELETE that the table refused is told."""

    @pytest.mark.parametrize("session", [a_session, lambda: deleted_by(ALICE_ACTS)])
    def test_somebody_else_is_no_party(self, session: Callable[[], Session]) -> None:
        with pytest.raises(InvalidTokenContext):
            explain(session(), EVE_ACTS)

    def test_the_receiver_may_have_come_since(self) -> None:
        with pytest.raises(Unbound):
            explain(a_session(), ELSEWHERE)

    def test_a_session_that_is_over_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            explain(deleted_by(ALICE_ACTS), BOB_ACTS)

    def test_a_refusal_by_ones_own_write_is_a_success(self) -> None:
        explain(deleted_by(ALICE_ACTS, write_id="w"), ALICE_ACTS)

    def test_the_same_party_with_the_same_correlator_is_a_success(self) -> None:
        explain(deleted_by(ALICE_ACTS, "c"), ALICE_ACTS, "c")

    @pytest.mark.parametrize(
        ("party", "stored", "sent"),
        [
            pytest.param(BOB_ACTS, "c", "c", id="the other party"),
            pytest.param(ALICE_ACTS, "c", "d", id="another correlator"),
            pytest.param(ALICE_ACTS, "", "", id="no correlator at all"),
            pytest.param(ALICE_ACTS, None, "", id="ended by PUT"),
        ],
    )
    def test_any_other_repeat_is_not_found(
        self, party: Actor, stored: str | None, sent: str
    ) -> None:
        session = a_session(Status.TERMINATED, ended=SessionEnd(ALICE_ACTS.key, NOW, stored))
        with pytest.raises(NotFound):
            explain(session, party, sent, now=NOW - 1)

    @pytest.mark.parametrize(
        ("actor", "named", "refused"),
        [
            (ALICE_ACTS, registration_id(ALICE, 2), DeviceNotAllowed),
            (BOB_ACTS, registration_id(BOB, 2), Unbound),
        ],
    )
    def test_a_device_that_does_not_hold_the_leg_ends_nothing(
        self, actor: Actor, named: str, refused: type[InvalidTokenContext]
    ) -> None:
        with pytest.raises(InvalidTokenContext) as refusal:
            explain(a_session(), actor, named=named)

        assert refusal.type is refused

    @pytest.mark.parametrize("device", [1, 2])
    def test_of_what_is_over_a_party_is_told_whichever_device_it_names(self, device: int) -> None:
        over = deleted_by(ALICE_ACTS, "c")

        explain(over, ALICE_ACTS, "c", named=registration_id(ALICE, device))
        with pytest.raises(NotFound):
            explain(over, BOB_ACTS, "c", named=registration_id(BOB, device))

    @pytest.mark.parametrize("party", [ALICE_ACTS, BOB_ACTS, EVE_ACTS])
    def test_after_the_retention_nobody_finds_it(self, party: Actor) -> None:
        with pytest.raises(NotFound):
            explain(deleted_by(ALICE_ACTS, "c"), party, "c", now=NOW + RETENTION)


class TestReadable:
    def test_both_parties_read_a_live_session(self) -> None:
        assert a_session().require_readable(ALICE_ACTS, NOW) is Role.ORIGINATOR
        assert a_session().require_readable(BOB_ACTS, NOW) is Role.RECEIVER

    def test_nobody_else_does(self) -> None:
        with pytest.raises(InvalidTokenContext):
            a_session().require_readable(EVE_ACTS, NOW)

    def test_who_deleted_it_no_longer_finds_it(self) -> None:
        with pytest.raises(NotFound):
            deleted_by(ALICE_ACTS).require_readable(ALICE_ACTS, NOW)

    def test_the_other_reads_how_it_ended_until_the_retention_is_over(self) -> None:
        session = deleted_by(ALICE_ACTS)
        session.require_readable(BOB_ACTS, NOW + RETENTION - 1)
        with pytest.raises(NotFound):
            session.require_readable(BOB_ACTS, NOW + RETENTION)

    def test_who_ended_it_by_put_still_reads_it(self) -> None:
        assert declined_by(ELSEWHERE).require_readable(ELSEWHERE, NOW) is Role.RECEIVER

    def test_a_live_session_is_read_however_late_the_sweep_is(self) -> None:
        session = a_session()
        session.require_readable(BOB_ACTS, session.expires_at + 1)

    @pytest.mark.parametrize("seconds", [-1, 0, 1])
    def test_who_comes_late_finds_a_call_that_is_over_if_it_came_before_the_end(
        self, seconds: int
    ) -> None:
        over, actor = declined_by(ELSEWHERE), late(BOB_ACTS, NOW + seconds)
        if seconds <= 0:
            assert over.require_readable(actor, NOW + 5) is Role.RECEIVER
        else:
            with pytest.raises(InvalidTokenContext):
                over.require_readable(actor, NOW + 5)

    def test_who_comes_late_finds_a_call_that_lives_whenever_it_came(self) -> None:
        assert a_session().require_readable(late(ELSEWHERE, NOW + 60), NOW + 60) is Role.RECEIVER


def test_actors_of_one_leg_are_one_party_when_it_is_over() -> None:
    receivers = [ELSEWHERE, late(BOB_ACTS), an_actor(None, "client-2"), an_actor(BOB, "desk")]
    for first, second in itertools.permutations(receivers, 2):
        over = declined_by(first, "c")
        assert over.ended_by is Role.RECEIVER
        explain(over, second, "c")
        with pytest.raises(NotFound):
            over.require_readable(second, NOW)
        with pytest.raises(NotFound):
            explain(over, ALICE_ACTS, "c")
        assert over.require_readable(ALICE_ACTS, NOW) is Role.ORIGINATOR


def test_the_network_is_no_party() -> None:
    assert a_session(Status.NO_ANSWER, ended=SessionEnd(NETWORK, NOW)).ended_by is None
    assert a_session().ended_by is None
