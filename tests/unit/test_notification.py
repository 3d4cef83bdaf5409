"""Notifications: the same of the same change, and nothing lost on the way through the queue."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from events.notification import Notification
from events.subscription import EventType
from tests.support.builders import ALICE_KEY, a_subscription, subscription_id

TIME = "2027-01-15T08:00:00Z"
TEXTS = st.text(st.characters(codec="utf-8"))


def a_notification(
    number: int = 1, kind: EventType = EventType.SESSION_STATUS, subject: str = "call 1"
) -> Notification:
    return Notification.to(a_subscription(number), kind, subject, time=TIME, data={})


def test_a_notification_is_addressed_to_its_subscription() -> None:
    notification = Notification.to(
        a_subscription(2),
        EventType.SESSION_STATUS,
        "call 1",
        time=TIME,
        data={"status": "Ringing"},
        correlator="mine",
        media_session_id="call",
    )

    assert notification == Notification(
        number=ALICE_KEY,
        subscription_id=subscription_id(2),
        event_id=a_notification(2).event_id,
        type=EventType.SESSION_STATUS,
        time=TIME,
        correlator="mine",
        data={"status": "Ringing"},
        media_session_id="call",
    )


def test_the_same_change_has_the_same_id_whenever_it_is_told() -> None:
    later = Notification.to(
        replace(a_subscription(), version=7),
        EventType.SESSION_STATUS,
        "call 1",
        time="2027-01-15T09:00:00Z",
        data={"status": "Ringing"},
        correlator="correlator-1",
        media_session_id="call",
    )

    assert later.event_id == a_notification().event_id


def test_another_change_type_or_subscription_has_another_id() -> None:
    all_different = {
        a_notification().event_id,
        a_notification(2).event_id,
        a_notification(kind=EventType.SESSION_INVITATION).event_id,
        a_notification(subject="call 2").event_id,
    }

    assert len(all_different) == 4


def test_the_id_tells_nothing() -> None:
    event_id = a_notification(subject="+12025550101").event_id

    assert len(event_id) == 32
    assert set(event_id) <= set("0123456789abcdef")


def test_without_a_correlator_the_id_is_the_correlator() -> None:
    assert a_notification().correlator == a_notification().event_id


@given(
    kind=st.sampled_from(EventType),
    data=st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.none())),
    correlator=TEXTS,
    call=st.none() | TEXTS,
)
def test_what_is_queued_is_what_is_read(
    kind: EventType, data: dict[str, str | int | None], correlator: str, call: str | None
) -> None:
    notification = Notification.to(
        a_subscription(),
        kind,
        "1",
        time=TIME,
        data=data,
        correlator=correlator,
        media_session_id=call,
    )
    text = notification.to_json()
    read = Notification.from_json(text)

    assert read == notification
    assert isinstance(read.type, EventType)
    assert text.isascii()


def test_a_message_holds_ids_and_nothing_personal() -> None:
    assert json.loads(a_notification().to_json()).keys() == {
        "number",
        "subscription_id",
        "event_id",
        "type",
        "time",
        "correlator",
        "data",
        "media_session_id",
    }
