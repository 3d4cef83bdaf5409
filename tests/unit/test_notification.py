"""What is queued: the same of the same change, and nothing lost on the way through the queue."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from camara.scope import EventType
from notifications.notification import CatchUp, Message, Notification, message_from
from notifications.subscription import State
from tests.support.builders import (
    ALICE_KEY,
    NOW,
    a_registration,
    a_subscription,
    subscription_id,
)

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
        subscriber_key=ALICE_KEY,
        subscription_id=subscription_id(2),
        device=a_registration().device,
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
    read = message_from(text)

    assert read == notification
    assert isinstance(read, Notification)
    assert isinstance(read.type, EventType)
    assert text.isascii()


def test_a_message_holds_ids_and_nothing_personal() -> None:
    assert json.loads(a_notification().to_json()).keys() == {
        "number",
        "subscription_id",
        "device",
        "event_id",
        "type",
        "time",
        "correlator",
        "data",
        "media_session_id",
    }


def about(kind: EventType, call: str | None, **data: int | str) -> Notification:
    return Notification.to(a_subscription(), kind, "1", time=TIME, data=data, media_session_id=call)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (about(EventType.SESSION_STATUS, "call", sequenceNumber=7), State("call", 7)),
        # To invite is the first state of a call, however late it is.
        (about(EventType.SESSION_INVITATION, "call", sequenceNumber=7), State("call", 1)),
        (about(EventType.REGISTRATION_ENDS, None, registrationId="phone"), State("phone", 1)),
        (about(EventType.SUBSCRIPTION_ENDED, None), None),
    ],
    ids=lambda value: getattr(value, "type", None),
)
def test_a_notification_knows_which_state_of_what_it_tells(
    told: Notification, state: State | None
) -> None:
    assert told.state == state


def test_the_queue_knows_a_notification_again_by_the_id_of_its_event() -> None:
    assert a_notification().deduplication_id == a_notification().event_id


def a_catch_up(number: int = 1, cleared_at: int = NOW) -> CatchUp:
    return CatchUp.of(a_subscription(number, cleared_at=cleared_at))


def test_a_request_to_catch_up_is_for_a_recovery_of_a_subscription() -> None:
    assert a_catch_up(2) == CatchUp(
        subscriber_key=ALICE_KEY,
        subscription_id=subscription_id(2),
        device=a_registration().device,
        cleared_at=NOW,
        is_last=False,
        before=None,
    )


PARTS = [
    a_catch_up(),
    a_catch_up(2),
    a_catch_up(cleared_at=NOW + 1),
    replace(a_catch_up(), before=(NOW, "call-1")),
    replace(a_catch_up(), before=(NOW, "call-2")),
    replace(a_catch_up(), is_last=True),
]


def test_a_request_to_catch_up_is_read_as_it_was_queued() -> None:
    assert [message_from(part.to_json()) for part in PARTS] == PARTS
    assert json.loads(a_catch_up().to_json()).keys() == {
        "number",
        "subscription_id",
        "device",
        "cleared_at",
        "is_last",
        "before",
    }


def test_each_part_of_each_recovery_of_each_subscription_is_queued_once() -> None:
    assert a_catch_up().deduplication_id == a_catch_up().deduplication_id
    assert len({part.deduplication_id for part in PARTS}) == len(PARTS)


def test_the_queue_takes_what_it_is_to_know_a_message_by() -> None:
    """128 characters at most, alphanumeric or punctuation: AWS, ``MessageDeduplicationId``."""
    messages: list[Message] = [a_notification(), *PARTS]
    for message in messages:
        assert len(message.deduplication_id) == 32
        assert message.deduplication_id.isalnum()


def test_the_log_names_the_event_the_subscription_and_what_it_is_about() -> None:
    ended = about(EventType.SUBSCRIPTION_ENDED, None)
    always = {
        "subscriptionId": subscription_id(1),
        "eventId": ended.event_id,
        "type": EventType.SUBSCRIPTION_ENDED.value,
    }
    device = about(EventType.REGISTRATION_ENDS, None, registrationId="registration")
    call = about(EventType.SESSION_STATUS, "call", sequenceNumber=7)

    assert ended.facts == always
    assert device.facts.keys() - always.keys() == {"registrationId"}
    assert device.facts["registrationId"] == "registration"
    assert call.facts.keys() - always.keys() == {"mediaSessionId", "version"}
    assert (call.facts["mediaSessionId"], call.facts["version"]) == ("call", 7)
    assert a_catch_up(2).facts == {"subscriptionId": subscription_id(2)}


def test_the_log_shows_a_clients_correlator_as_far_as_it_may() -> None:
    theirs = replace(a_notification(), correlator="+12025550101")

    assert theirs.facts["correlator"] == "made up: 12 characters, +9"
    assert "correlator" not in a_notification().facts


def test_a_message_of_a_call_says_all_that_the_log_does_in_the_words_of_the_last_release() -> None:
    """So what was queued by it is logged in the same way."""
    queued = {
        "number": ALICE_KEY,
        "subscription_id": subscription_id(1),
        "device": a_registration().device,
        "event_id": "1",
        "type": EventType.SESSION_STATUS.value,
        "time": TIME,
        "correlator": "1",
        "data": {"status": "Ringing", "reason": "Call rings", "sequenceNumber": 2},
        "media_session_id": "call",
    }
    facts = message_from(json.dumps(queued)).facts

    assert (facts["mediaSessionId"], facts["version"]) == ("call", 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "session-status"},
        {"number": 7},
        {"media_session_id": ["call"]},
        {"data": "Ringing"},
        {"event_id": None},
    ],
)
def test_what_is_no_message_is_refused(wrong: dict[str, Any]) -> None:
    queued = json.loads(a_notification().to_json()) | wrong

    with pytest.raises(ValidationError):
        message_from(json.dumps(queued))


@pytest.mark.parametrize("name", ["number", "subscription_id", "device", "cleared_at"])
def test_a_request_to_catch_up_that_lacks_something_is_refused(name: str) -> None:
    asked = json.loads(a_catch_up().to_json())
    del asked[name]

    with pytest.raises(ValidationError):
        message_from(json.dumps(asked))


@pytest.mark.parametrize("wrong", [{"cleared_at": "1"}, {"is_last": 1}, {"before": ["1", "call"]}])
def test_nothing_in_a_message_is_converted(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        message_from(json.dumps(json.loads(a_catch_up().to_json()) | wrong))
