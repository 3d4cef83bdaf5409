"""The rules of a session, each with the test that fails without it."""

import contextlib
import itertools
from dataclasses import replace

import pytest

from call_handling.party import NETWORK, Actor
from call_handling.session import CallingDevice, Change, Ending, Session, Timeouts, UnboundClient
from call_handling.status import OVER, UNANSWERED, Role, Status
from camara.errors import CamaraError, IncompatibleState, InvalidTokenContext, NotFound
from camara.identity import client_key
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ALICE_KEY,
    BOB,
    BOB_ACTS,
    BOB_KEY,
    EVE_ACTS,
    EVE_KEY,
    NOW,
    TIMEOUTS,
    a_registration,
    a_session,
    registration_id,
)

RETENTION = TIMEOUTS.ended_retention
BOB_LATE = BOB_ACTS._replace(late=True)
DAY = 24 * 3600


def deleted_by(actor: Actor, correlator: str = "", write_id: str = "delete-1") -> Session:
    return a_session(
        Status.TERMINATED,
        write_id=write_id,
        ended=Ending(actor.key, NOW, correlator),
        expires_at=NOW + RETENTION,
    )


def put(session: Session, actor: Actor, change: Change, *, now: int = NOW) -> Session:
    return session.changed(
        actor, change, devices=(), write_id="write-2", now=now, timeouts=TIMEOUTS
    )


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


APP, PHONE, DESK = (client_key(name) for name in ("app", "phone", "desk"))


def bound(*called: str, caller: str = APP) -> Session:
    """A call from a client to those through which the receiver has devices."""
    return a_session(originator_client=caller, receiver_clients=frozenset(called))


def roles(session: Session) -> dict[tuple[str | None, str], Role]:
    """Return the role of each actor that has one."""
    parties = (ALICE_KEY, BOB_KEY, EVE_KEY, None)
    found = {}
    for party, client in itertools.product(parties, (APP, PHONE, DESK)):
        with contextlib.suppress(InvalidTokenContext):
            found[party, client] = session.role_of(Actor(party, client))
    return found


class TestRoles:
    """Who acts for which leg."""

    def test_two_clients_have_a_leg_each_and_so_has_each_alone(self) -> None:
        assert roles(bound(PHONE)) == {
            (ALICE_KEY, APP): "originator",
            (BOB_KEY, PHONE): "receiver",
            (None, APP): "originator",
            (None, PHONE): "receiver",
        }

    def test_a_client_alone_that_has_both_legs_has_neither(self) -> None:
        assert roles(bound(APP)) == {(ALICE_KEY, APP): "originator", (BOB_KEY, APP): "receiver"}

    def test_the_receiver_has_its_leg_through_each_of_its_clients(self) -> None:
        assert roles(bound(APP, PHONE, DESK)) == {
            (ALICE_KEY, APP): "originator",
            (BOB_KEY, APP): "receiver",
            (BOB_KEY, PHONE): "receiver",
            (BOB_KEY, DESK): "receiver",
            (None, PHONE): "receiver",
            (None, DESK): "receiver",
        }

    def test_a_receiver_without_devices_has_its_leg_through_none(self) -> None:
        assert roles(bound()) == {(ALICE_KEY, APP): "originator", (None, APP): "originator"}

    @pytest.mark.parametrize("called", [(), (APP,), (PHONE,)])
    def test_a_receiver_that_came_late_has_its_leg_through_any(
        self, called: tuple[str, ...]
    ) -> None:
        for client in (APP, PHONE, DESK):
            assert bound(*called).role_of(Actor(BOB_KEY, client, late=True)) == "receiver"

    @pytest.mark.parametrize("party", [ALICE_KEY, EVE_KEY, None])
    def test_nobody_else_comes_late(self, party: str | None) -> None:
        with pytest.raises(InvalidTokenContext):
            bound(PHONE).role_of(Actor(party, APP, late=True))

    def test_only_the_receiver_is_told_from_a_stranger(self) -> None:
        """It may have a device since; nobody else becomes a party."""
        with pytest.raises(UnboundClient):
            bound(PHONE).role_of(Actor(BOB_KEY, DESK))
        for actor in (Actor(ALICE_KEY, DESK), Actor(EVE_KEY, PHONE), Actor(None, DESK)):
            with pytest.raises(InvalidTokenContext) as refusal:
                bound(PHONE).role_of(actor)
            assert refusal.type is InvalidTokenContext

    @pytest.mark.parametrize("status", sorted(UNANSWERED))
    def test_everybody_who_acts_has_an_ending_and_so_has_the_network(self, status: Status) -> None:
        session = replace(bound(PHONE), status=status)

        assert session.endings == {
            Actor(ALICE_KEY, APP).key: "SessionCancelled",
            Actor(None, APP).key: "SessionCancelled",
            Actor(BOB_KEY, PHONE).key: "Declined",
            Actor(BOB_KEY, PHONE, late=True).key: "Declined",
            Actor(None, PHONE).key: "Declined",
            NETWORK: "NoAnswer",
        }

    def test_actors_of_one_leg_are_one_party_when_it_is_over(self) -> None:
        for first, second in itertools.permutations(
            [Actor(BOB_KEY, PHONE), Actor(BOB_KEY, DESK, late=True), Actor(None, PHONE)], 2
        ):
            over = replace(bound(PHONE), status=Status.DECLINED, ended=Ending(first.key, NOW, "c"))
            over = replace(over, expires_at=NOW + RETENTION)
            assert over.ended_by is Role.RECEIVER
            over.explain_refused_end(second, "w", "c", NOW)
            with pytest.raises(NotFound):
                over.require_readable(second, NOW)
            with pytest.raises(NotFound):
                over.explain_refused_end(Actor(ALICE_KEY, APP), "w", "c", NOW)
            assert over.require_readable(Actor(ALICE_KEY, APP), NOW) is Role.ORIGINATOR

    def test_the_network_is_no_party(self) -> None:
        assert a_session(Status.NO_ANSWER, ended=Ending(NETWORK, NOW)).ended_by is None
        assert a_session().ended_by is None


class TestAnsweredOn:
    """The registrations of which one has answered."""

    KNOWN = (
        a_registration(BOB, 1, client=PHONE),
        a_registration(BOB, 2, client=PHONE),
        a_registration(BOB, 3, client=DESK),
    )
    ANSWER = Change(Status.CONNECTED, answer="sdp")

    def put(self, session: Session, actor: Actor, change: Change) -> frozenset[str]:
        return session.changed(
            actor, change, devices=self.KNOWN, write_id="w", now=NOW, timeouts=TIMEOUTS
        ).answered_on

    @pytest.mark.parametrize(
        ("client", "devices"), [(PHONE, {1, 2}), (DESK, {3}), (APP, set[int]())]
    )
    @pytest.mark.parametrize("party", [BOB_KEY, None])
    def test_are_those_of_the_client(
        self, client: str, devices: set[int], party: str | None
    ) -> None:
        session = bound(APP, PHONE, DESK, caller="somebody's")
        own = {registration_id(BOB, device) for device in devices}

        assert self.put(session, Actor(party, client), self.ANSWER) == own

    def test_is_the_one_that_is_named(self) -> None:
        for device in (1, 2):
            named = registration_id(BOB, device)
            change = replace(self.ANSWER, registration_id=named)
            assert self.put(bound(PHONE), Actor(BOB_KEY, PHONE), change) == {named}

    @pytest.mark.parametrize("named", [registration_id(BOB, 3), registration_id(ALICE), "", "x"])
    def test_is_none_of_another(self, named: str) -> None:
        with pytest.raises(InvalidTokenContext):
            self.put(
                bound(PHONE),
                Actor(BOB_KEY, PHONE),
                replace(self.ANSWER, registration_id=named),
            )

    @pytest.mark.parametrize("status", sorted(UNANSWERED - {Status.INITIAL}))
    def test_are_none_before_the_answer(self, status: Status) -> None:
        change = Change(status, registration_id=registration_id(BOB, 3))

        assert self.put(bound(PHONE), Actor(BOB_KEY, PHONE), change) == frozenset()

    @pytest.mark.parametrize(
        ("current", "status"),
        [("Connected", "Connected"), ("Connected", "Hold"), ("Hold", "Resume"), ("Hold", "Hold")],
    )
    @pytest.mark.parametrize("actor", [Actor(ALICE_KEY, APP), Actor(BOB_KEY, DESK)])
    def test_stay_what_they_are(self, current: str, status: str, actor: Actor) -> None:
        answered = replace(
            bound(PHONE, DESK),
            status=Status(current),
            has_answer=True,
            answered_on=frozenset({"registration-1"}),
        )
        for change in (Change(Status(status)), Change(Status(status), registration_id="other")):
            assert self.put(answered, actor, change) == {"registration-1"}

    def test_are_needed_for_an_answer_only(self) -> None:
        assert a_session(Status.RINGING).is_answered_by(self.ANSWER)
        assert not a_session(Status.RINGING).is_answered_by(Change(Status.PROCEEDING))
        assert not a_session(Status.RINGING).is_answered_by(Change(Status.DECLINED))
        assert not a_session(Status.HOLD).is_answered_by(Change(Status.CONNECTED))
        assert not a_session(Status.DECLINED).is_answered_by(self.ANSWER)
