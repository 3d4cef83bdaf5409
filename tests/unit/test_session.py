"""The rules of a session, each with the test that fails without it."""

import pytest

from call_handling.party import NETWORK
from call_handling.session import Change, Ending, Session, Timeouts
from call_handling.status import OVER, Status
from camara.errors import CamaraError, IncompatibleState, InvalidTokenContext, NotFound
from tests.support.builders import ALICE_KEY, BOB_KEY, EVE_KEY, NOW, TIMEOUTS, a_session

RETENTION = TIMEOUTS.ended_retention
DAY = 24 * 3600


def deleted_by(party: str, correlator: str = "", write_id: str = "delete-1") -> Session:
    return a_session(
        Status.TERMINATED,
        write_id=write_id,
        ended=Ending(party, NOW, correlator),
        expires_at=NOW + RETENTION,
    )


def put(session: Session, party: str, change: Change, *, now: int = NOW) -> Session:
    return session.changed(party, change, write_id="write-2", now=now, timeouts=TIMEOUTS)


def test_an_invitation_is_the_first_version_of_a_session_between_two() -> None:
    session = Session.invite(
        "call-1", originator="a", receiver="b", write_id="w", now=NOW, timeouts=TIMEOUTS
    )

    assert session == Session(
        media_session_id="call-1",
        originator="a",
        receiver="b",
        status=Status.INITIAL,
        version=1,
        write_id="w",
        created_at=NOW,
        stale_at=NOW + 120,
        expires_at=NOW + 120 + DAY,
        has_answer=False,
        ended=None,
    )


def test_a_session_begins_initial_with_the_endings_of_an_unanswered_call() -> None:
    session = a_session(Status.INITIAL)

    assert session.version == 1
    assert session.endings == {
        ALICE_KEY: "SessionCancelled",
        BOB_KEY: "Declined",
        NETWORK: "NoAnswer",
    }


def test_answering_rewrites_the_endings() -> None:
    connected = put(a_session(), BOB_KEY, Change(Status.CONNECTED, answer="sdp"))

    assert connected.endings == dict.fromkeys((ALICE_KEY, BOB_KEY, NETWORK), "Terminated")


@pytest.mark.parametrize("status", sorted(OVER))
def test_a_session_that_is_over_has_no_endings(status: Status) -> None:
    assert a_session(status).endings == {}


class TestRefusedEnd:
    """What a DELETE that the table refused is told."""

    def test_somebody_else_is_no_party_while_it_lives(self) -> None:
        with pytest.raises(InvalidTokenContext):
            a_session().explain_refused_end(EVE_KEY, "w", "", NOW)

    def test_somebody_else_is_no_party_when_it_is_over(self) -> None:
        with pytest.raises(InvalidTokenContext):
            deleted_by(ALICE_KEY).explain_refused_end(EVE_KEY, "w", "", NOW)

    def test_a_session_that_is_over_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            deleted_by(ALICE_KEY).explain_refused_end(BOB_KEY, "w", "", NOW)

    def test_a_refusal_by_ones_own_write_is_a_success(self) -> None:
        deleted_by(ALICE_KEY, write_id="w").explain_refused_end(ALICE_KEY, "w", "", NOW)

    def test_the_same_party_with_the_same_correlator_is_a_success(self) -> None:
        deleted_by(ALICE_KEY, "c").explain_refused_end(ALICE_KEY, "w", "c", NOW)

    @pytest.mark.parametrize(
        ("party", "stored", "sent"),
        [
            pytest.param(BOB_KEY, "c", "c", id="the other party"),
            pytest.param(ALICE_KEY, "c", "d", id="another correlator"),
            pytest.param(ALICE_KEY, "", "", id="no correlator at all"),
            pytest.param(ALICE_KEY, None, "", id="ended by PUT"),
        ],
    )
    def test_any_other_repeat_is_not_found(self, party: str, stored: str | None, sent: str) -> None:
        session = a_session(Status.TERMINATED, ended=Ending(ALICE_KEY, NOW, stored))
        with pytest.raises(NotFound):
            session.explain_refused_end(party, "w", sent, NOW - 1)

    @pytest.mark.parametrize("party", [ALICE_KEY, BOB_KEY, EVE_KEY])
    def test_after_the_retention_nobody_finds_it(self, party: str) -> None:
        with pytest.raises(NotFound):
            deleted_by(ALICE_KEY, "c").explain_refused_end(party, "w", "c", NOW + RETENTION)


class TestReadable:
    def test_both_parties_read_a_live_session(self) -> None:
        for party in (ALICE_KEY, BOB_KEY):
            a_session().require_readable(party, NOW)

    def test_nobody_else_does(self) -> None:
        with pytest.raises(InvalidTokenContext):
            a_session().require_readable(EVE_KEY, NOW)

    def test_who_deleted_it_no_longer_finds_it(self) -> None:
        with pytest.raises(NotFound):
            deleted_by(ALICE_KEY).require_readable(ALICE_KEY, NOW)

    def test_the_other_reads_how_it_ended_until_the_retention_is_over(self) -> None:
        session = deleted_by(ALICE_KEY)
        session.require_readable(BOB_KEY, NOW + RETENTION - 1)
        with pytest.raises(NotFound):
            session.require_readable(BOB_KEY, NOW + RETENTION)

    def test_who_ended_it_by_put_still_reads_it(self) -> None:
        put(a_session(), BOB_KEY, Change(Status.BUSY)).require_readable(BOB_KEY, NOW)

    def test_a_live_session_is_read_however_late_the_sweep_is(self) -> None:
        session = a_session()
        session.require_readable(BOB_KEY, session.expires_at + 1)


class TestChanged:
    @pytest.mark.parametrize(
        ("party", "current", "change", "error"),
        [
            pytest.param(
                EVE_KEY, "Ringing", Change(Status.BUSY), InvalidTokenContext, id="no party"
            ),
            pytest.param(
                BOB_KEY, "Declined", Change(Status.CONNECTED, answer="sdp"), NotFound, id="over"
            ),
            pytest.param(
                BOB_KEY, "Ringing", Change(Status.CONNECTED), IncompatibleState, id="no answer"
            ),
            pytest.param(
                ALICE_KEY,
                "Ringing",
                Change(Status.CONNECTED, answer="sdp"),
                IncompatibleState,
                id="the originator answers",
            ),
            pytest.param(
                ALICE_KEY, "Ringing", Change(Status.TERMINATED), IncompatibleState, id="too early"
            ),
            pytest.param(
                BOB_KEY, "Connected", Change(Status.RINGING), IncompatibleState, id="too late"
            ),
        ],
    )
    def test_is_refused(
        self, party: str, current: str, change: Change, error: type[CamaraError]
    ) -> None:
        with pytest.raises(error):
            put(a_session(Status(current)), party, change)

    @pytest.mark.parametrize(
        ("party", "seconds", "error"),
        [
            pytest.param(BOB_KEY, RETENTION - 1, NotFound, id="a party"),
            pytest.param(EVE_KEY, RETENTION - 1, InvalidTokenContext, id="no party"),
            pytest.param(EVE_KEY, RETENTION, NotFound, id="after the retention"),
        ],
    )
    def test_is_refused_once_it_is_over(
        self, party: str, seconds: int, error: type[CamaraError]
    ) -> None:
        with pytest.raises(error):
            put(deleted_by(ALICE_KEY), party, Change(Status.TERMINATED), now=NOW + seconds)

    def test_the_version_grows_by_one_and_the_write_is_named(self) -> None:
        after = put(a_session(version=7), BOB_KEY, Change(Status.PROCEEDING))

        assert (after.version, after.write_id) == (8, "write-2")

    def test_an_early_answer_is_enough_to_connect_later(self) -> None:
        early = put(a_session(), BOB_KEY, Change(Status.IN_PROGRESS, answer="sdp"))

        assert put(early, BOB_KEY, Change(Status.CONNECTED)).status == "Connected"

    def test_an_ending_records_who_and_when_and_how_long_it_stays(self) -> None:
        after = put(a_session(), BOB_KEY, Change(Status.BUSY), now=NOW + 5)

        assert after.ended == Ending(BOB_KEY, NOW + 5, None)
        assert after.expires_at == NOW + 5 + RETENTION


class TestLease:
    def test_an_unanswered_call_rings_for_its_time(self) -> None:
        assert a_session().stale_at == NOW + 120

    def test_a_change_renews_it_but_never_past_the_setup_time(self) -> None:
        soon = put(a_session(), BOB_KEY, Change(Status.WAITING), now=NOW + 30)
        late = put(a_session(), BOB_KEY, Change(Status.WAITING), now=NOW + 100)

        assert soon.stale_at == NOW + 150
        assert late.stale_at == NOW + 180

    def test_a_change_never_shortens_it(self) -> None:
        patient = Timeouts(ring=600, setup=180)
        session = a_session(stale_at=NOW + 600)

        after = session.changed(
            BOB_KEY, Change(Status.WAITING), write_id="w", now=NOW + 10, timeouts=patient
        )

        assert after.stale_at == NOW + 600

    def test_every_put_of_an_answered_call_renews_its_lease(self) -> None:
        answered = put(a_session(), BOB_KEY, Change(Status.CONNECTED, answer="sdp"), now=NOW + 9)
        renewed = put(answered, ALICE_KEY, Change(Status.CONNECTED), now=NOW + 1000)

        assert answered.stale_at == NOW + 9 + 43200
        assert renewed.stale_at == NOW + 1000 + 43200

    def test_a_live_session_outlives_its_deadline_in_the_table(self) -> None:
        """Else DynamoDB would remove it before the sweep could end it."""
        begun = a_session()
        renewed = put(begun, BOB_KEY, Change(Status.WAITING), now=NOW + 30)
        answered = put(renewed, BOB_KEY, Change(Status.CONNECTED, answer="sdp"), now=NOW + 40)

        for session in (begun, renewed, answered):
            assert session.expires_at == session.stale_at + DAY

    def test_timeouts_are_those_of_the_contract(self) -> None:
        assert Timeouts() == (120, 180, 12 * 3600, 3600)
