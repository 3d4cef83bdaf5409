"""What is told of a call, and whose devices hear of it."""

from dataclasses import replace
from typing import Any

import pytest

from call_handling.call_actor import NETWORK
from call_handling.item import session_item
from call_handling.session import Session, SessionEnd
from call_handling.status import ANSWERED, OVER, UNANSWERED, Status
from camara.scope import EventType
from notifications.notification import Notification
from notifications.session_change import SessionChange
from notifications.session_notification import devices_of, rings, session_notification
from notifications.subscription import State
from registration.register import Ended, Reason, Register
from tests.support.builders import (
    ALICE,
    BOB,
    NOW,
    a_registration,
    a_session,
    a_subscription,
    legs,
    subscription_id,
)
from tests.support.sessions import a_register

TIME = "2027-01-15T08:00:00Z"
INVITATION, STATUS = EventType.SESSION_INVITATION, EventType.SESSION_STATUS
CALLER = a_registration(ALICE).device
PHONE, TABLET = a_registration(BOB, 1), a_registration(BOB, 2)


def told(session: Session, kind: EventType = STATUS, number: int = 1) -> Notification:
    """Tell of a session as it is."""
    item = session_item(session)
    if session.ended and session.ended.correlator is not None:
        item["deleteCorrelator"] = {"S": session.ended.correlator}
    change = SessionChange.now(item)
    return session_notification(a_subscription(number), kind, change, TIME)


def ended(status: Status = Status.TERMINATED, **ending: Any) -> Session:
    return a_session(status, version=5, ended=SessionEnd(NETWORK, NOW, **ending))


def devices(session: Session, register: Register, until: int = NOW + 1) -> set[str]:
    """Return those that hear of it."""
    return set(devices_of(session, register, until))


def test_until_the_answer_those_hear_that_it_rings_on_and_the_one_that_calls() -> None:
    session = a_session(legs=legs(PHONE, TABLET))

    assert devices(session, a_register(PHONE, TABLET)) == {
        CALLER,
        PHONE.device,
        TABLET.device,
    }


def test_one_that_is_registered_while_it_rings_hears_of_what_happens_then() -> None:
    late = a_registration(BOB, 3, made_at=NOW + 10)
    register = a_register(PHONE, late)

    assert late.device not in devices(a_session(), register, until=NOW + 10)
    assert late.device in devices(a_session(), register, until=NOW + 11)


def test_one_that_it_does_not_ring_on_hears_nothing_though_it_was_registered_before() -> None:
    assert devices(a_session(legs=legs(PHONE)), a_register(PHONE, TABLET)) == {
        CALLER,
        PHONE.device,
    }


def test_one_whose_registration_has_ended_still_hears_of_it() -> None:
    gone = Ended(PHONE, Reason.DELETED, NOW + 5, 2)
    register = replace(a_register(TABLET), ended=(gone,))

    assert devices(a_session(legs=legs(PHONE, TABLET)), register) == {
        CALLER,
        PHONE.device,
        TABLET.device,
    }


def test_from_the_answer_on_the_call_itself_knows() -> None:
    session = a_session(Status.CONNECTED)
    assert session.legs.answered_by is not None

    assert devices(session, a_register(TABLET)) == {CALLER, a_registration(BOB).device}
    assert devices(session, Register("")) == {CALLER, a_registration(BOB).device}


@pytest.mark.parametrize("status", sorted(UNANSWERED))
def test_what_nobody_has_answered_rings(status: Status) -> None:
    assert rings(a_session(status))


@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_what_is_answered_does_not_ring(status: Status) -> None:
    assert not rings(a_session(status))


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_does_not_ring(status: Status) -> None:
    assert not rings(a_session(status, ended=SessionEnd(NETWORK, NOW)))


def test_a_change_is_told_with_its_status_and_number() -> None:
    session = a_session(Status.RINGING, version=3)
    notification = told(session, number=2)

    assert notification.subscription_id == subscription_id(2)
    assert (notification.type, notification.time) == (STATUS, TIME)
    assert notification.media_session_id == session.media_session_id
    assert notification.data == {
        "status": "Ringing",
        "reason": "Call rings",
        "sequenceNumber": 3,
    }
    assert notification.state == State(session.media_session_id, 3)


def test_each_change_is_an_event_of_its_own() -> None:
    assert told(a_session(version=3)) == told(a_session(version=3))
    assert told(a_session(version=3)).event_id != told(a_session(version=4)).event_id


def test_an_invitation_is_one_event_however_far_the_call_has_come() -> None:
    first, later = (told(a_session(version=version), INVITATION) for version in (1, 4))

    assert first.event_id == later.event_id
    assert first.state == later.state == State(a_session().media_session_id, 1)
    assert later.data["sequenceNumber"] == 4


def test_the_end_is_told_with_the_correlator_of_the_delete() -> None:
    assert told(ended(correlator="hung-up")).correlator == "hung-up"


@pytest.mark.parametrize("session", [a_session(), ended(), ended(correlator="")])
def test_what_no_correlator_came_with_has_the_events_id_for_one(session: Session) -> None:
    assert told(session).correlator == told(session).event_id
