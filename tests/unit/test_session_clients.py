"""Who acts for which leg of a session, and which registrations have answered it."""

import contextlib
import itertools
from dataclasses import replace

import pytest

from call_handling.party import NETWORK, Actor
from call_handling.session import Change, Ending, Session, UnboundClient
from call_handling.status import UNANSWERED, Role, Status
from camara.errors import InvalidTokenContext, NotFound
from camara.identity import client_key
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    BOB_KEY,
    EVE_KEY,
    NOW,
    TIMEOUTS,
    a_registration,
    a_session,
    registration_id,
)
from tests.support.sessions import RETENTION

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
