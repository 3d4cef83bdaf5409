"""Who finds a session, living or over, and what a DELETE that the table refused is told."""

import pytest

from call_handling.party import Actor
from call_handling.session import Change, Ending
from call_handling.status import Status
from camara.errors import InvalidTokenContext, NotFound
from tests.support.builders import ALICE_ACTS, BOB_ACTS, EVE_ACTS, NOW, a_session
from tests.support.sessions import RETENTION, deleted_by, put


class TestRefusedEnd:
    """What a DELETE that the table refused is told."""

    def test_somebody_else_is_no_party_while_it_lives(self) -> None:
        with pytest.raises(InvalidTokenContext):
            a_session().explain_refused_end(EVE_ACTS, "w", "", NOW)

    def test_somebody_else_is_no_party_when_it_is_over(self) -> None:
        with pytest.raises(InvalidTokenContext):
            deleted_by(ALICE_ACTS).explain_refused_end(EVE_ACTS, "w", "", NOW)

    def test_a_session_that_is_over_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            deleted_by(ALICE_ACTS).explain_refused_end(BOB_ACTS, "w", "", NOW)

    def test_a_refusal_by_ones_own_write_is_a_success(self) -> None:
        deleted_by(ALICE_ACTS, write_id="w").explain_refused_end(ALICE_ACTS, "w", "", NOW)

    def test_the_same_party_with_the_same_correlator_is_a_success(self) -> None:
        deleted_by(ALICE_ACTS, "c").explain_refused_end(ALICE_ACTS, "w", "c", NOW)

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
        session = a_session(Status.TERMINATED, ended=Ending(ALICE_ACTS.key, NOW, stored))
        with pytest.raises(NotFound):
            session.explain_refused_end(party, "w", sent, NOW - 1)

    @pytest.mark.parametrize("party", [ALICE_ACTS, BOB_ACTS, EVE_ACTS])
    def test_after_the_retention_nobody_finds_it(self, party: Actor) -> None:
        with pytest.raises(NotFound):
            deleted_by(ALICE_ACTS, "c").explain_refused_end(party, "w", "c", NOW + RETENTION)


class TestReadable:
    def test_both_parties_read_a_live_session(self) -> None:
        for party in (ALICE_ACTS, BOB_ACTS):
            a_session().require_readable(party, NOW)

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
        put(a_session(), BOB_ACTS, Change(Status.BUSY)).require_readable(BOB_ACTS, NOW)

    def test_a_live_session_is_read_however_late_the_sweep_is(self) -> None:
        session = a_session()
        session.require_readable(BOB_ACTS, session.expires_at + 1)
