"""What a sink is sent, each kind held against the contract."""

from dataclasses import replace
from typing import Any

import pytest

from call_handling.call import Call, Invitation
from call_handling.status import Status
from camara.scope import EventType
from notifications.cloud_event import cloud_event
from notifications.notification import Notification
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ANSWER,
    BOB,
    BOB_ACTS,
    OFFER,
    a_location,
    a_placed_call,
    a_session,
    a_subscription,
    registration_id,
    subscription_id,
)
from tests.support.contract import check_notification

SOURCE = "https://api.example.com/camara"
TIME = "2027-01-15T08:00:00.25Z"
CALL_DATA = {"status": "Ringing", "reason": "Call rings", "sequenceNumber": 2}


def a_call(answer: str | None = None, **invitation: Any) -> Call:
    """Alice calls Bob; both have said where they are."""
    call = a_placed_call(a_session(Status.CONNECTED))
    media = replace(
        call.media,
        offer=OFFER,
        answer=answer,
        locations={ALICE_ACTS.key: a_location(), BOB_ACTS.key: a_location(shape="Ellipsoid")},
    )
    return call._replace(
        media=media, invitation=Invitation(f"tel:{ALICE}", f"tel:{BOB}", **invitation)
    )


def a_notification(kind: EventType, data: dict[str, Any], call: Call | None) -> Notification:
    media_session_id = call.session.media_session_id if call else None
    return Notification.to(
        a_subscription(),
        kind,
        "1",
        time=TIME,
        data=data,
        correlator="correlator-1",
        media_session_id=media_session_id,
    )


def event_of(kind: EventType, data: dict[str, Any], call: Call | None = None) -> dict[str, Any]:
    return check_notification(cloud_event(a_notification(kind, data, call), SOURCE, call))


def test_the_frame_is_that_of_a_cloud_event() -> None:
    call = a_call()
    event = event_of(EventType.SESSION_STATUS, CALL_DATA, call)
    notification = a_notification(EventType.SESSION_STATUS, CALL_DATA, call)

    assert event.pop("data")
    assert event == {
        "id": notification.event_id,
        "source": SOURCE,
        "type": "org.camaraproject.webrtc-events-subscriptions.v0.session-status",
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "time": TIME,
    }


def test_a_change_of_a_call_tells_the_call_as_it_is_and_the_status_as_it_was() -> None:
    call = a_call(ANSWER, originator_name="Alice", receiver_name="Bob")

    assert event_of(EventType.SESSION_STATUS, CALL_DATA, call)["data"] == {
        "subscriptionId": subscription_id(),
        "mediaSessionId": call.session.media_session_id,
        "originatorAddress": f"tel:{ALICE}",
        "originatorName": "Alice",
        "receiverAddress": f"tel:{BOB}",
        "receiverName": "Bob",
        "offer": {"sdp": OFFER},
        "answer": {"sdp": ANSWER},
        **CALL_DATA,
    }


def test_what_there_is_not_is_left_out() -> None:
    data = event_of(EventType.SESSION_STATUS, CALL_DATA, a_call())["data"]

    assert data.keys().isdisjoint({"originatorName", "receiverName", "answer", "locationDetails"})


def test_an_invitation_tells_where_the_caller_is() -> None:
    data = event_of(EventType.SESSION_INVITATION, CALL_DATA, a_call())["data"]

    assert data["locationDetails"] == a_location()


def test_an_invitation_without_a_location_has_none() -> None:
    call = a_placed_call(a_session())
    data = event_of(EventType.SESSION_INVITATION, CALL_DATA, call)["data"]

    assert "locationDetails" not in data


@pytest.mark.parametrize("reason", ["NETWORK_TERMINATED", "REGISTRATION_EXPIRED"])
def test_the_end_of_a_registration(reason: str) -> None:
    told = {
        "registrationId": registration_id(ALICE),
        "terminationReason": reason,
        "terminationDescription": "It has ended",
    }

    data = event_of(EventType.REGISTRATION_ENDS, told)["data"]
    assert data == {"subscriptionId": subscription_id(), **told}


def test_the_end_of_a_subscription() -> None:
    told = {"terminationReason": "SUBSCRIPTION_EXPIRED", "terminationDescription": "It has ended"}

    data = event_of(EventType.SUBSCRIPTION_ENDED, told)["data"]
    assert data == {"subscriptionId": subscription_id(), **told}


def test_names_are_sent_as_they_are() -> None:
    call = a_call(originator_name='Zoë "小" \\ \u00a0 &')
    event = event_of(EventType.SESSION_STATUS, CALL_DATA, call)

    assert event["data"]["originatorName"] == 'Zoë "小" \\ \u00a0 &'
