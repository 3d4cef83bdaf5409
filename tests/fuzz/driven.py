"""What streams and queues hand to the functions that they drive, more or less."""

import json as json_format
from typing import Any

import hypothesis.strategies as st
from hypothesis.strategies import SearchStrategy

from call_handling.item import session_item
from call_handling.status import Status
from camara.scope import EventType
from notifications.item import subscription_item
from notifications.notification import CatchUp, Notification
from notifications.subscription import Subscription, TerminationReason
from registration.item import register_item, subscriber_owner
from registration.register import Register
from tests.fuzz.strategies import json, some_of, text
from tests.support.builders import ALICE_KEY, NOW, UNKNOWN, a_registration, a_session

type Item = dict[str, Any]

PROBE = "event-1"
"""The event that a sink that fails is asked again with."""

DEREGISTERED = register_item(
    Register(subscriber_owner(ALICE_KEY)).without(a_registration(), NOW), "write-1", NOW
)
"""What the stream shows when the device that places the calls is deregistered."""


_OTHERS: list[Item] = [{"S": ""}, {"N": "1"}, {"BOOL": True}, {"NULL": True}, {"L": []}, {"M": {}}]


def _like(value: Item) -> SearchStrategy[Any]:
    """The value that an attribute has, or another of the same type, or of none."""
    ((kind, content),) = value.items()
    same = st.fixed_dictionaries({kind: st.just(content) | text})
    return st.just(value) | same | st.sampled_from(_OTHERS) | json


def _images(item: Item) -> SearchStrategy[Any]:
    """An item, or one of which an attribute is wrong, or some are, or are not there."""
    likely = {name: _like(value) for name, value in item.items()}
    attribute = st.sampled_from(sorted(item)).flatmap(
        lambda name: st.tuples(st.just(name), likely[name])
    )
    one_wrong = attribute.map(lambda wrong: item | {wrong[0]: wrong[1]})
    return st.just(item) | one_wrong | one_wrong | some_of(likely)


def session_images() -> SearchStrategy[Any]:
    """A call as the stream shows it."""
    calls = (Status.INITIAL, Status.RINGING, Status.CONNECTED)
    return st.one_of(*(_images(session_item(a_session(status, version=2))) for status in calls))


def register_images() -> SearchStrategy[Any]:
    """Alice's register, of which a device has been taken out."""
    return _images(DEREGISTERED)


def subscription_images(subscription: Subscription) -> SearchStrategy[Any]:
    """A subscription that has ended, or its like."""
    over = subscription.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)
    return _images(subscription_item(over))


def changes(images: SearchStrategy[Any], keys: Item) -> SearchStrategy[dict[str, Any]]:
    """What a record says of a change; its keys it has always."""
    likely: dict[str, SearchStrategy[Any]] = {
        "Keys": st.just(keys),
        "NewImage": images,
        "ApproximateCreationDateTime": st.just(NOW) | st.floats(NOW - 9, NOW),
    }
    whole = st.fixed_dictionaries(likely, optional={"OldImage": images})
    some = some_of(likely | {"OldImage": images}).map(lambda change: change | {"Keys": keys})
    return whole | whole | some


def records(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As DynamoDB sends them: whatever has changed, each has a place in the stream."""
    return [
        {
            "eventSource": "aws:dynamodb",
            "eventName": "MODIFY",
            "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/a/stream/b",
            "dynamodb": change | {"SequenceNumber": str(place)},
        }
        for place, change in enumerate(made)
    ]


def messages(subscription: Subscription, calls: list[str]) -> SearchStrategy[str]:
    """What may be queued for a subscription, about one of these calls or another."""
    kinds = st.sampled_from([kind.value for kind in EventType])
    notification = json_format.loads(
        Notification.to(
            subscription,
            subscription.type,
            "1",
            time="2027-01-15T07:59:59Z",
            data={"status": "Ringing", "reason": "Call rings", "sequenceNumber": 2},
            media_session_id=calls[0],
        ).to_json()
    )
    likely: dict[str, SearchStrategy[Any]] = {
        name: st.just(value) for name, value in notification.items()
    } | {
        "event_id": st.sampled_from([PROBE, notification["event_id"]]),
        "type": kinds,
        "media_session_id": st.sampled_from([*calls, UNKNOWN, None]),
        "subscription_id": st.sampled_from([subscription.subscription_id] * 3 + [UNKNOWN]),
    }
    catch_up = json_format.loads(CatchUp.of(subscription).to_json())
    catch_ups = st.fixed_dictionaries(
        {name: st.just(value) for name, value in catch_up.items()}
        | {"is_last": st.booleans(), "before": st.sampled_from([None, [NOW, calls[0]]])}
    )
    parts = some_of(likely) | some_of({name: st.just(value) for name, value in catch_up.items()})
    whole = st.booleans().flatmap(lambda last: catch_ups if last else st.fixed_dictionaries(likely))
    anything = (parts | json).map(json_format.dumps) | text
    return st.integers(0, 3).flatmap(lambda n: whole.map(json_format.dumps) if n else anything)


def message(body: str, times: int) -> dict[str, Any]:
    """As Lambda hands it on, one at a time; it has been received so often."""
    record = {
        "messageId": "message-1",
        "receiptHandle": "receipt-1",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(times)},
    }
    return {"Records": [record]}
