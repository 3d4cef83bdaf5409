"""The sweep of subscriptions: what nobody prolongs, ends, and its sink is told."""

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from camara.identity import SubscriberKey
from notifications.item import key
from notifications.notification import CatchUp, message_from
from notifications.store import subscription_store
from notifications.subscription import Credential, Subscription, TerminationReason
from tests.support.builders import NOW
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import failing, subscribe, taken_from
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import publish
from tests.support.session_records import of_calls
from tests.support.sweep import end_expired_subscriptions as end_expired
from tests.support.table import SUBSCRIPTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOUR = 3600


def stored(subscription: Subscription) -> Subscription:
    return subscription_store().read(subscription.subscriber_key, subscription.subscription_id)


def test_what_has_expired_ends_and_leaves_the_index(
    table: "DynamoDBClient", clock: FakeClock
) -> None:
    expired, going_on = subscribe(1, ends_at=NOW + HOUR), subscribe(2, ends_at=NOW + 2 * HOUR)
    clock.now += HOUR + 7

    assert end_expired() == {"found": 1, "ended": 1, "left": 0, "lagSeconds": 7}
    assert stored(expired).ended is TerminationReason.SUBSCRIPTION_EXPIRED
    assert stored(expired).ended_at == clock.now
    assert stored(going_on) == going_on
    item = table.get_item(
        TableName=SUBSCRIPTIONS, Key=key(expired.subscriber_key, expired.subscription_id)
    )["Item"]
    assert not {"staleAt", "staleShard"} & item.keys()
    assert end_expired()["found"] == 0


def test_a_subscription_ends_before_its_access_token_does(clock: FakeClock) -> None:
    subscription = subscribe(credential=Credential((b"sealed",), NOW + HOUR))
    clock.now += HOUR - 121
    assert end_expired()["found"] == 0

    clock.now += 1
    assert end_expired()["ended"] == 1
    assert stored(subscription).ended is TerminationReason.ACCESS_TOKEN_EXPIRED


@pytest.mark.parametrize("prolonged", [True, False])
def test_what_happens_meanwhile_comes_first(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch, clock: FakeClock, *, prolonged: bool
) -> None:
    subscription = subscribe(ends_at=NOW + HOUR)
    store = subscription_store()
    read = store.read

    def read_and_be_late(number: SubscriberKey, subscription_id: str) -> Subscription:
        found = read(number, subscription_id)
        monkeypatch.setattr(store, "read", read)
        store.change(
            number,
            subscription_id,
            lambda known: (
                known.updated(None, NOW + 3 * HOUR)
                if prolonged
                else known.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)
            ),
        )
        return found

    monkeypatch.setattr(store, "read", read_and_be_late)
    clock.now += HOUR
    assert end_expired() == {"found": 1, "ended": not prolonged, "left": 0, "lagSeconds": 0}

    assert taken_from(messaging.queue) == []
    assert stored(subscription).ended is (
        None if prolonged else TerminationReason.SUBSCRIPTION_DELETED
    )


def test_what_has_been_cleared_up_meanwhile_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", clock: FakeClock
) -> None:
    gone = subscribe(ends_at=NOW + HOUR)
    store, clock.now = subscription_store(), NOW + HOUR
    change = store.change

    def clear_up_first(*arguments: Any) -> Subscription:
        table.delete_item(
            TableName=SUBSCRIPTIONS, Key=key(gone.subscriber_key, gone.subscription_id)
        )
        return change(*arguments)

    monkeypatch.setattr(store, "change", clear_up_first)

    assert end_expired() == {"found": 1, "ended": 0, "left": 0, "lagSeconds": 0}


def marked(number: int = 1, **changes: Any) -> Subscription:
    """Store a subscription whose sink has just failed."""
    subscription = subscribe(number, **changes)
    return subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: known.failed("event", NOW - 60, NOW),
    )


def test_a_mark_that_is_older_than_two_hours_is_cleared_and_what_was_missed_is_told(
    messaging: Messaging, clock: FakeClock
) -> None:
    failed = marked()
    clock.now += 2 * HOUR - 1
    assert end_expired()["found"] == 0
    publish(of_calls([1, 1]))
    assert taken_from(messaging.queue) == []

    clock.now += 1
    assert end_expired() == {"found": 1, "ended": 0, "left": 0, "lagSeconds": 0}
    cleared = stored(failed)
    assert not cleared.is_failing(clock.now)
    assert cleared.behind_since == NOW - 60
    [message] = taken_from(messaging.queue)
    assert message["subscription_id"] == cleared.subscription_id
    assert message_from(json.dumps(message)) == CatchUp.of(cleared)
    publish(of_calls([2, 2]))
    assert len(taken_from(messaging.queue)) == 1


def test_one_that_expires_while_its_sink_fails_ends(messaging: Messaging, clock: FakeClock) -> None:
    subscription = marked(ends_at=NOW + HOUR)
    clock.now += HOUR

    assert end_expired()["ended"] == 1
    assert stored(subscription).ended is TerminationReason.SUBSCRIPTION_EXPIRED
    assert taken_from(messaging.queue) == []


def test_when_that_cannot_be_queued_it_is_ten_minutes_later(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    marked()
    clock.now += 2 * HOUR
    with monkeypatch.context() as patch:
        failing(patch, "SendMessageBatch", client_error("InternalError"))
        assert end_expired() == {"found": 1, "ended": 0, "left": 1, "lagSeconds": 0}
    clock.now += 599
    assert end_expired()["found"] == 0

    clock.now += 1
    assert end_expired()["found"] == 1
    assert len(taken_from(messaging.queue)) == 1


@pytest.mark.usefixtures("messaging")
def test_one_that_makes_no_sense_keeps_no_other_from_its_end(
    table: "DynamoDBClient", clock: FakeClock, logged: io.StringIO
) -> None:
    broken, other = subscribe(1, ends_at=NOW), subscribe(2, ends_at=NOW + 1)
    table.update_item(
        TableName=SUBSCRIPTIONS,
        Key=key(broken.subscriber_key, broken.subscription_id),
        UpdateExpression="REMOVE sink",
    )
    clock.now += 1

    assert end_expired() == {"found": 2, "ended": 1, "left": 0, "lagSeconds": 1}
    assert stored(other).ended is TerminationReason.SUBSCRIPTION_EXPIRED
    line = json.loads(logged.getvalue())
    assert (line["subscriptionId"], line["outcome"]) == (broken.subscription_id, "malformed")
