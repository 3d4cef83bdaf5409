"""What a device is told when its registration has ended."""

import pytest

from camara.scope import EventType
from notifications.registration_notification import registration_notification
from notifications.subscription import State
from registration.register import Ended, Reason
from tests.support.builders import (
    ALICE,
    NOW,
    a_registration,
    a_subscription,
    registration_id,
    subscription_id,
)

TIME = "2027-01-15T08:00:00Z"


@pytest.mark.parametrize(
    ("reason", "told", "description"),
    [
        (Reason.DELETED, "NETWORK_TERMINATED", "The registration was deleted"),
        (Reason.EXPIRED, "REGISTRATION_EXPIRED", "The registration has expired"),
    ],
)
def test_which_registration_has_ended_and_why(reason: Reason, told: str, description: str) -> None:
    ended = Ended(a_registration(), reason, NOW, 2)
    notification = registration_notification(a_subscription(), ended, TIME)

    assert notification.subscription_id == subscription_id()
    assert (notification.type, notification.time) == (EventType.REGISTRATION_ENDS, TIME)
    assert notification.media_session_id is None
    assert notification.state == State(registration_id(ALICE), 1)
    assert notification.data == {
        "registrationId": registration_id(ALICE),
        "terminationReason": told,
        "terminationDescription": description,
    }


def test_the_end_of_each_registration_is_one_event_whenever_it_is_told() -> None:
    def event_id(device: int, time: str = TIME) -> str:
        ended = Ended(a_registration(device=device), Reason.DELETED, NOW, 2)
        return registration_notification(a_subscription(), ended, time).event_id

    assert event_id(1) == event_id(1, "2027-01-15T09:00:00Z")
    assert event_id(1) != event_id(2)
