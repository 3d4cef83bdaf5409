"""What is stored and what is read back: attribute by attribute, for the table outlives the code."""

from dataclasses import replace
from typing import Any

import pytest

from aws.stale_index import stale_shard
from call_handling.item import session_from, session_item
from call_handling.negotiation import Negotiation
from call_handling.session import Session, SessionEnd
from call_handling.session_key import key
from call_handling.status import ANSWERED, UNANSWERED, Role, Status
from camara.identity import derive_late_actor_key
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ALICE_KEY,
    BOB,
    BOB_ACTS,
    BOB_KEY,
    CLIENT_KEY,
    NOW,
    TIMEOUTS,
    a_registration,
    a_session,
    an_actor,
    an_answerer,
    legs,
    registration_id,
)
from tests.support.sessions import a_register

ID = a_session().media_session_id
RETENTION = TIMEOUTS.ended_retention
BOBS = [a_registration(BOB, number, client_id=f"client {number}") for number in (1, 2)]


def over(correlator: str | None = None) -> Session:
    return a_session(
        Status.BUSY,
        ended=SessionEnd(BOB_ACTS.key, NOW + 5, correlator),
        expires_at=NOW + 5 + RETENTION,
    )


def answered(named: str | None = None) -> Session:
    """A call that has rung on two of Bob's devices, answered by the second."""
    session = a_session(Status.CONNECTED, legs=legs(*BOBS))
    return session.answered(an_actor(BOB, "client 2"), named, a_register(*BOBS), NOW)


def test_a_live_session_is_stored_with_its_endings_and_in_the_index() -> None:
    assert session_item(a_session()) == {
        **key(ID),
        "originator": {"S": ALICE_KEY},
        "registrationId": {"S": registration_id(ALICE)},
        "caller": {"S": a_registration(ALICE).device},
        "callerClient": {"S": CLIENT_KEY},
        "receiver": {"S": BOB_KEY},
        "actors": {"SS": [BOB_ACTS.key]},
        "clients": {"SS": [CLIENT_KEY]},
        "holders": {"SS": [a_registration(BOB).key]},
        "status": {"S": "Ringing"},
        "version": {"N": "1"},
        "writeId": {"S": "write-1"},
        "hasAnswer": {"BOOL": False},
        "createdAt": {"N": str(NOW)},
        "expiresAt": {"N": str(NOW + 120 + 24 * 3600)},
        "endings": {
            "M": {
                ALICE_ACTS.key: {"S": "SessionCancelled"},
                CLIENT_KEY: {"S": "SessionCancelled"},
                BOB_ACTS.key: {"S": "Declined"},
                derive_late_actor_key(BOB_KEY): {"S": "Declined"},
                "network": {"S": "NoAnswer"},
            }
        },
        "staleShard": {"S": stale_shard(ID)},
        "staleAt": {"N": str(NOW + 120)},
    }


def test_a_session_that_is_over_is_stored_with_its_end_and_out_of_the_index() -> None:
    item = session_item(over())

    assert item["endedBy"] == {"S": BOB_ACTS.key}
    assert item["endedAt"] == {"N": str(NOW + 5)}
    assert not {"endings", "staleShard", "staleAt"} & item.keys()


def test_an_answered_session_is_stored_with_who_answered_and_all_that_heard_it_ring() -> None:
    second = BOBS[1]
    holder = second.key
    for named, answered_by in ((None, ""), (second.registration_id, holder)):
        item = session_item(answered(named))
        assert item["actors"] == {"SS": [second.actor]}
        assert item["clients"] == {"SS": [second.client]}
        assert item["holders"] == {"SS": [holder]}
        assert {*item["devices"]["SS"]} == {device.device for device in BOBS}
        assert item["answeredBy"] == {"S": f"{second.actor}.{answered_by}"}


def test_a_negotiation_is_stored_as_far_as_it_has_got() -> None:
    early = Negotiation(has_answer=True, early_by=an_answerer("actor", "device"))
    offered = Negotiation(offered_by=Role.RECEIVER, offered_at=NOW + 3)

    item = session_item(a_session(negotiation=early))
    assert (item["hasAnswer"], item["earlyBy"]) == ({"BOOL": True}, {"S": "actor.device"})
    item = session_item(a_session(negotiation=offered))
    assert item["offeredBy"] == {"S": "receiver"}
    assert item["offeredAt"] == {"N": str(NOW + 3)}


def test_where_there_are_none_none_are_stored() -> None:
    """DynamoDB refuses an empty set."""
    nobody: frozenset[Any] = frozenset()
    session = a_session(legs=replace(legs(), actors=nobody, clients=nobody, holders=nobody))
    item = session_item(session)

    assert not {"actors", "clients", "holders", "devices", "answeredBy"} & item.keys()
    assert not {"earlyBy", "offeredBy", "offeredAt"} & item.keys()
    assert session_from(item) == session


@pytest.mark.parametrize("status", sorted(UNANSWERED | ANSWERED))
def test_a_live_session_is_read_as_it_was_stored(status: Status) -> None:
    session = a_session(status, version=7)

    assert session_from(session_item(session)) == session


@pytest.mark.parametrize("named", [None, registration_id(BOB, 2)])
def test_a_session_is_read_with_its_legs(named: str | None) -> None:
    for session in (a_session(legs=legs(*BOBS)), answered(named)):
        assert session_from(session_item(session)) == session


@pytest.mark.parametrize(
    "negotiation",
    [
        Negotiation(has_answer=True, early_by=an_answerer("actor")),
        Negotiation(has_answer=True, early_by=an_answerer("actor", "device")),
        Negotiation(offered_by=Role.ORIGINATOR, offered_at=NOW),
        Negotiation(offered_by=Role.RECEIVER, offered_at=NOW + 3),
    ],
)
def test_a_session_is_read_with_its_negotiation(negotiation: Negotiation) -> None:
    session = a_session(negotiation=negotiation)

    assert session_from(session_item(session)) == session


def test_a_session_that_is_over_is_read_with_its_end() -> None:
    read = session_from(session_item(over()))

    assert (read.status, read.ended) == ("Busy", SessionEnd(BOB_ACTS.key, NOW + 5, None))
    assert read.expires_at == NOW + 5 + RETENTION


@pytest.mark.parametrize("correlator", ["", "one"])
def test_an_end_by_delete_is_told_from_one_by_put_even_without_a_correlator(
    correlator: str,
) -> None:
    item = session_item(over()) | {"deleteCorrelator": {"S": correlator}}

    assert session_from(item).ended == SessionEnd(BOB_ACTS.key, NOW + 5, correlator)
