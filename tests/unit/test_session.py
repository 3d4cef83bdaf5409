"""The rules of a session, each with the test that fails without it: how it begins and changes."""

import pytest

from call_handling.party import NETWORK, Actor
from call_handling.session import CallingDevice, Change, Ending, Session, Timeouts
from call_handling.status import OVER, Status
from camara.errors import CamaraError, IncompatibleState, InvalidTokenContext, NotFound
from tests.support.builders import ALICE_ACTS, BOB_ACTS, EVE_ACTS, NOW, TIMEOUTS, a_session
from tests.support.sessions import RETENTION, deleted_by, put

BOB_LATE = BOB_ACTS._replace(late=True)
DAY = 24 * 3600


def test_an_invitation_is_the_first_version_of_a_session_between_two() -> None:
    session = Session.invite(
        "call-1",
        device=CallingDevice("a", "app-1", "registration-1"),
        receiver="b",
        receiver_clients=frozenset({"app-2"}),
        write_id="w",
        now=NOW,
        timeouts=TIMEOUTS,
    )

    assert session == Session(
        media_session_id="call-1",
        registration_id="registration-1",
        originator="a",
        originator_client="app-1",
        receiver="b",
        receiver_clients=frozenset({"app-2"}),
        status=Status.INITIAL,
        version=1,
        write_id="w",
        created_at=NOW,
        stale_at=NOW + 120,
        expires_at=NOW + 120 + DAY,
        has_answer=False,
        answered_on=frozenset(),
        ended=None,
    )


def test_a_session_begins_initial_with_the_endings_of_an_unanswered_call() -> None:
    session = a_session(Status.INITIAL)

    assert session.version == 1
    assert session.endings == {
        ALICE_ACTS.key: "SessionCancelled",
        BOB_ACTS.key: "Declined",
        BOB_LATE.key: "Declined",
        NETWORK: "NoAnswer",
    }


def test_answering_rewrites_the_endings() -> None:
    connected = put(a_session(), BOB_ACTS, Change(Status.CONNECTED, answer="sdp"))

    assert connected.endings == dict.fromkeys(
        (ALICE_ACTS.key, BOB_ACTS.key, BOB_LATE.key, NETWORK), "Terminated"
    )


@pytest.mark.parametrize("status", sorted(OVER))
def test_a_session_that_is_over_has_no_endings(status: Status) -> None:
    assert a_session(status).endings == {}


class TestChanged:
    @pytest.mark.parametrize(
        ("party", "current", "change", "error"),
        [
            pytest.param(
                EVE_ACTS, "Ringing", Change(Status.BUSY), InvalidTokenContext, id="no party"
            ),
            pytest.param(
                BOB_ACTS, "Declined", Change(Status.CONNECTED, answer="sdp"), NotFound, id="over"
            ),
            pytest.param(
                BOB_ACTS, "Ringing", Change(Status.CONNECTED), IncompatibleState, id="no answer"
            ),
            pytest.param(
                ALICE_ACTS,
                "Ringing",
                Change(Status.CONNECTED, answer="sdp"),
                IncompatibleState,
                id="the originator answers",
            ),
            pytest.param(
                ALICE_ACTS, "Ringing", Change(Status.TERMINATED), IncompatibleState, id="too early"
            ),
            pytest.param(
                BOB_ACTS, "Connected", Change(Status.RINGING), IncompatibleState, id="too late"
            ),
        ],
    )
    def test_is_refused(
        self, party: Actor, current: str, change: Change, error: type[CamaraError]
    ) -> None:
        with pytest.raises(error):
            put(a_session(Status(current)), party, change)

    @pytest.mark.parametrize(
        ("party", "seconds", "error"),
        [
            pytest.param(BOB_ACTS, RETENTION - 1, NotFound, id="a party"),
            pytest.param(EVE_ACTS, RETENTION - 1, InvalidTokenContext, id="no party"),
            pytest.param(EVE_ACTS, RETENTION, NotFound, id="after the retention"),
        ],
    )
    def test_is_refused_once_it_is_over(
        self, party: Actor, seconds: int, error: type[CamaraError]
    ) -> None:
        with pytest.raises(error):
            put(deleted_by(ALICE_ACTS), party, Change(Status.TERMINATED), now=NOW + seconds)

    def test_the_version_grows_by_one_and_the_write_is_named(self) -> None:
        after = put(a_session(version=7), BOB_ACTS, Change(Status.PROCEEDING))

        assert (after.version, after.write_id) == (8, "write-2")

    def test_an_early_answer_is_enough_to_connect_later(self) -> None:
        early = put(a_session(), BOB_ACTS, Change(Status.IN_PROGRESS, answer="sdp"))

        assert put(early, BOB_ACTS, Change(Status.CONNECTED)).status == "Connected"

    def test_an_ending_records_who_and_when_and_how_long_it_stays(self) -> None:
        after = put(a_session(), BOB_ACTS, Change(Status.BUSY), now=NOW + 5)

        assert after.ended == Ending(BOB_ACTS.key, NOW + 5, None)
        assert after.expires_at == NOW + 5 + RETENTION


class TestLease:
    def test_an_unanswered_call_rings_for_its_time(self) -> None:
        assert a_session().stale_at == NOW + 120

    def test_a_change_renews_it_but_never_past_the_setup_time(self) -> None:
        soon = put(a_session(), BOB_ACTS, Change(Status.WAITING), now=NOW + 30)
        late = put(a_session(), BOB_ACTS, Change(Status.WAITING), now=NOW + 100)

        assert soon.stale_at == NOW + 150
        assert late.stale_at == NOW + 180

    def test_a_change_never_shortens_it(self) -> None:
        patient = Timeouts(ring=600, setup=180)
        session = a_session(stale_at=NOW + 600)

        after = session.changed(
            BOB_ACTS,
            Change(Status.WAITING),
            devices=(),
            write_id="w",
            now=NOW + 10,
            timeouts=patient,
        )

        assert after.stale_at == NOW + 600

    def test_every_put_of_an_answered_call_renews_its_lease(self) -> None:
        answered = put(a_session(), BOB_ACTS, Change(Status.CONNECTED, answer="sdp"), now=NOW + 9)
        renewed = put(answered, ALICE_ACTS, Change(Status.CONNECTED), now=NOW + 1000)

        assert answered.stale_at == NOW + 9 + 43200
        assert renewed.stale_at == NOW + 1000 + 43200

    def test_a_live_session_outlives_its_deadline_in_the_table(self) -> None:
        """Else DynamoDB would remove it before the sweep could end it."""
        begun = a_session()
        renewed = put(begun, BOB_ACTS, Change(Status.WAITING), now=NOW + 30)
        answered = put(renewed, BOB_ACTS, Change(Status.CONNECTED, answer="sdp"), now=NOW + 40)

        for session in (begun, renewed, answered):
            assert session.expires_at == session.stale_at + DAY

    def test_timeouts_are_those_of_the_contract(self) -> None:
        assert Timeouts() == (120, 180, 12 * 3600, 3600)
