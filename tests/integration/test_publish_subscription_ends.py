"""PublishEvents, of subscriptions: whatever ends a subscription, its sink hears of it, once."""

import json

import pytest

from camara.scope import EventType
from notifications.item import subscription_from_image
from notifications.publish_events import handler
from notifications.store import subscription_store
from notifications.subscription import Credential, TerminationReason
from tests.support.builders import NOW, a_registration
from tests.support.emf import metrics_in
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import (
    Requests,
    answering,
    subscribe,
    taken_from,
)
from tests.support.on_moto import Messaging
from tests.support.privacy import personal_in
from tests.support.session_events import publish
from tests.support.streams import Stream, meant_for
from tests.support.subscription_ends import AUDIENCE, changes, end, hears, whose
from tests.support.table import SUBSCRIPTIONS

FUNCTION = "PublishEvents"
CREDENTIAL = Credential((b"\x00\xff sealed", b"part two"), NOW + 3600)
every_reason = pytest.mark.parametrize("reason", TerminationReason)


@pytest.fixture
def stream(messaging: Messaging) -> Stream:
    del messaging
    return Stream(SUBSCRIPTIONS)


@every_reason
def test_an_end_is_told_with_its_reason_and_counted(
    messaging: Messaging,
    stream: Stream,
    reason: TerminationReason,
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = subscribe(credential=CREDENTIAL)
    end(told, reason)

    assert publish(stream.records()) == []
    [message] = taken_from(messaging.queue)
    assert len(message.pop("event_id")) == 32
    assert len(message.pop("correlator")) == 32
    assert message.pop("time").endswith("Z")
    assert message["data"].pop("terminationDescription")
    assert message == {
        "number": told.subscriber_key,
        "subscription_id": told.subscription_id,
        "device": told.device,
        "type": EventType.SUBSCRIPTION_ENDED,
        "media_session_id": None,
        "data": {"terminationReason": reason.value},
    }
    assert personal_in(json.dumps(message)) == []
    [metric] = metrics_in(capsys.readouterr().out)
    assert (metric.name, dict(metric.dimensions)["reason"]) == ("SubscriptionEnded", reason.value)


def test_the_last_notification_that_was_wanted_is_an_end(
    messaging: Messaging, stream: Stream
) -> None:
    told = subscribe(max_events=2)
    for event in ("first", "second"):
        hears(told, event)
    publish(stream.records())

    [message] = taken_from(messaging.queue)
    assert message["data"]["terminationReason"] == "MAX_EVENTS_REACHED"


def test_only_the_end_is_an_event(messaging: Messaging, stream: Stream, requests: Requests) -> None:
    subscription = subscribe(credential=CREDENTIAL, max_events=5)
    subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: known.updated(None, NOW + 7200),
    )
    assert len(records := changes(stream)) == 2
    assert meant_for(FUNCTION, records) == []
    assert handler({"Records": records}, a_lambda_context()) == {"batchItemFailures": []}

    end(subscription)
    end(subscription, TerminationReason.SUBSCRIPTION_EXPIRED)
    hears(subscription, "that it has ended")
    records = changes(stream)
    assert len(records) == 2
    publish(records)
    assert [name for name, _ in requests].count("SendMessageBatch") == 1
    [message] = taken_from(messaging.queue)
    assert message["data"]["terminationReason"] == "SUBSCRIPTION_DELETED"


def test_what_an_audience_lists_is_no_event(stream: Stream) -> None:
    ended = subscribe(1)
    end(ended)
    subscribe(2)
    records = stream.records()

    assert [whose(record) for record in meant_for(FUNCTION, records)] == [ended.subscription_id]
    assert [whose(record) for record in records].count(AUDIENCE) == 3


def test_what_time_to_live_clears_up_is_no_event(messaging: Messaging, stream: Stream) -> None:
    subscription = subscribe()
    end(subscription)
    [_, ended] = changes(stream)
    removed = ended | {"eventName": "REMOVE"}
    removed["dynamodb"] = {"Keys": {}, "OldImage": ended["dynamodb"]["NewImage"]}

    assert meant_for(FUNCTION, [removed]) == []
    assert taken_from(messaging.queue) == []


def test_the_credential_is_not_read_from_a_stream(stream: Stream) -> None:
    subscription = subscribe(credential=CREDENTIAL)
    [record] = changes(stream)
    image = record["dynamodb"]["NewImage"]

    assert isinstance(image["credential"]["L"][0]["B"], str)
    assert subscription_from_image(image).credential is None
    assert subscription_from_image(image).sink == subscription.sink


def test_of_many_what_is_not_queued_comes_again_and_only_what_is_counts(
    messaging: Messaging, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        end(subscribe(number, of=a_registration(device=number)))
    records = meant_for(FUNCTION, stream.records())
    with pytest.MonkeyPatch.context() as patch:
        answering(patch, "SendMessageBatch", lambda _: {"Failed": [{"Id": "1"}]})
        capsys.readouterr()
        assert publish(records) == [records[1]["dynamodb"]["SequenceNumber"]]

    names = [metric.name for metric in metrics_in(capsys.readouterr().out)]
    assert names == ["SubscriptionEnded"] * 2 + ["RecordFailed"]
    assert publish(records[1:]) == []
    assert len(taken_from(messaging.queue)) == 2
