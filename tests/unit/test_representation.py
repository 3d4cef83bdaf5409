"""A subscription as it is shown: in words of CAMARA's, and without what is nobody's business."""

import json

import pytest

from camara.scope import EventType
from notifications.resource import subscription_response
from notifications.subscription import Credential, Subscription, TerminationReason
from tests.support.builders import NOW, SINK, a_registration, a_subscription, subscription_id
from tests.support.openapi import schema

LATER = NOW + 24 * 3600
FAILING = a_subscription(ends_at=LATER).failed("event-1", NOW - 60, NOW)


def test_what_it_is_for_and_until_when() -> None:
    subscription = a_subscription(type=EventType.SESSION_INVITATION, ends_at=LATER, max_events=3)

    assert subscription_response(subscription, NOW) == {
        "protocol": "HTTP",
        "sink": SINK,
        "types": ["org.camaraproject.webrtc-events-subscriptions.v0.session-invitation"],
        "config": {
            "subscriptionDetail": {"deviceId": a_registration().device_id},
            "subscriptionExpireTime": "2027-01-16T08:00:00Z",
            "subscriptionMaxEvents": 3,
        },
        "id": subscription_id(),
        "startsAt": "2027-01-15T08:00:00Z",
        "expiresAt": "2027-01-16T08:00:00Z",
        "status": "ACTIVE",
    }


def test_a_number_of_events_is_shown_if_it_was_asked_for() -> None:
    assert "subscriptionMaxEvents" not in subscription_response(a_subscription(), NOW)["config"]


@pytest.mark.parametrize(
    ("subscription", "now", "status"),
    [
        (a_subscription(ends_at=LATER), LATER - 1, "ACTIVE"),
        (a_subscription(ends_at=LATER), LATER, "EXPIRED"),
        (
            a_subscription(ended=TerminationReason.NETWORK_TERMINATED, ended_at=NOW),
            NOW,
            "EXPIRED",
        ),
        (FAILING, NOW, "INACTIVE"),
        (FAILING, LATER, "EXPIRED"),
        (FAILING.ended_because(TerminationReason.NETWORK_TERMINATED, NOW), NOW, "EXPIRED"),
        (FAILING.with_mark_cleared(NOW + 5), NOW + 5, "ACTIVE"),
    ],
)
def test_it_is_inactive_while_its_sink_fails(
    subscription: Subscription, now: int, status: str
) -> None:
    assert subscription_response(subscription, now)["status"] == status
    assert status in schema("Subscription")["properties"]["status"]["enum"]


def test_neither_the_access_token_nor_the_state_of_the_sink_is_shown() -> None:
    subscription = a_subscription(credential=Credential((b"sealed",), LATER)).failed(
        "event-1", NOW, NOW
    )
    shown = subscription_response(subscription, NOW)

    assert shown.keys() == subscription_response(a_subscription(), NOW).keys()
    assert not {word for word in ("sealed", "event-1") if word in json.dumps(shown)}
