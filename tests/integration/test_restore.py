"""Subscriptions are brought back from another table into one that is in use."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from camara.identity import SubscriberKey
from infra.restore.__main__ import main
from infra.restore.subscriptions import Outcome, restore
from notifications.audience import Limits, Listener
from notifications.item import key
from notifications.store import SubscriptionStore, subscription_store
from notifications.subscription import Credential, Subscription, TerminationReason
from tests.support.builders import ALICE_KEY, BOB, NOW, a_subscription
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.messaging import subscribe
from tests.support.streams import Stream, meant_for
from tests.support.table import SUBSCRIPTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SOURCE = "restored"
CREDENTIAL = Credential((b"\x00\xff sealed", b"part two"), NOW + 3600)


@pytest.fixture
def source(table: "DynamoDBClient") -> SubscriptionStore:
    """The table that is read: like the stack's own, but without stream and time to live."""
    like = table.describe_table(TableName=SUBSCRIPTIONS)["Table"]
    table.create_table(
        TableName=SOURCE,
        KeySchema=like["KeySchema"],
        AttributeDefinitions=[
            known
            for known in like["AttributeDefinitions"]
            if known["AttributeName"] in {"number", "subscriptionId"}
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return SubscriptionStore(table, SOURCE, Limits())


def restored(*, same_key: bool = True) -> dict[Outcome, int]:
    return dict(restore(boto3.client("dynamodb"), SOURCE, SUBSCRIPTIONS, same_key=same_key))


def stored(subscription: Subscription) -> Subscription:
    return subscription_store().read(subscription.subscriber_key, subscription.subscription_id)


def listed(number: SubscriberKey = ALICE_KEY) -> set[Listener]:
    return set(subscription_store().audience(number).listeners.values())


def test_what_is_missing_comes_back_and_hears_again(source: SubscriptionStore) -> None:
    lost = a_subscription(1, credential=CREDENTIAL, max_events=3, delivered=1, version=7)
    bobs = a_subscription(2, subscriber=BOB)
    for known in (lost, bobs):
        source.create(known, (), NOW)

    assert restored() == {Outcome.RESTORED: 2}

    for known in (lost, bobs):
        assert stored(known) == known
        assert listed(known.subscriber_key) == {Listener.of(known)}


def test_what_is_there_stays_as_it_is(source: SubscriptionStore) -> None:
    newer = subscribe(1, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW)
    since = subscribe(2)
    older = replace(newer, ended=None, ended_at=None)
    lost = a_subscription(3)
    for known in (older, lost):
        source.create(known, (), NOW)

    assert restored() == {Outcome.RESTORED: 1, Outcome.THERE: 1}
    assert restored() == {Outcome.THERE: 2}

    assert stored(newer) == newer
    assert listed() == {Listener.of(since), Listener.of(lost)}


def test_nothing_gives_way_to_what_comes_back(source: SubscriptionStore) -> None:
    since = [subscribe(number) for number in range(Limits().of_device)]
    lost = a_subscription(99)
    source.create(lost, (), NOW)

    assert restored() == {Outcome.RESTORED: 1}

    assert listed() == {Listener.of(known) for known in (*since, lost)}


def test_a_sink_that_failed_then_is_told_now(source: SubscriptionStore) -> None:
    lost = a_subscription(1)
    source.create(lost.failed("event", NOW, NOW).failed_again("event", 1, NOW), (), NOW)

    assert restored() == {Outcome.RESTORED: 1}

    assert stored(lost) == replace(lost, version=3)
    assert listed() == {Listener.of(lost)}


def test_what_is_over_stays_over(source: SubscriptionStore) -> None:
    source.create(a_subscription(1, ends_at=NOW), (), NOW)
    ended = a_subscription(2, ended=TerminationReason.NETWORK_TERMINATED, ended_at=NOW)
    source.create(ended, (), NOW)

    assert restored() == {Outcome.OVER: 2}
    assert not listed()


def test_with_another_key_what_is_sealed_is_left_out(source: SubscriptionStore) -> None:
    source.create(a_subscription(1, credential=CREDENTIAL), (), NOW)
    source.create(a_subscription(2), (), NOW)

    assert restored(same_key=False) == {Outcome.SEALED: 1, Outcome.RESTORED: 1}
    assert listed() == {Listener.of(a_subscription(2))}


def test_what_makes_no_sense_keeps_nothing_back(
    source: SubscriptionStore, table: "DynamoDBClient"
) -> None:
    table.put_item(TableName=SOURCE, Item=key(ALICE_KEY, "malformed"))
    source.create(a_subscription(1), (), NOW)

    assert restored() == {Outcome.MALFORMED: 1, Outcome.RESTORED: 1}


def test_nobody_is_told_of_it(source: SubscriptionStore) -> None:
    stream = Stream(SUBSCRIPTIONS)
    source.create(a_subscription(1, credential=CREDENTIAL), (), NOW)

    restored()

    records = stream.records()
    assert records
    assert not meant_for("PublishEvents", records)


def test_the_command_says_how_many_and_nothing_personal(
    source: SubscriptionStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["restore", SOURCE, SUBSCRIPTIONS, "--another-key"])

    assert main() == 0
    assert capsys.readouterr().out == "there is no subscription in the source\n"
    source.create(a_subscription(1), (), NOW)
    source.create(a_subscription(2, credential=CREDENTIAL), (), NOW)
    assert main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "       1 not restored, for their access tokens are encrypted with another key",
        "       1 restored",
    ]


def test_the_command_fails_when_dynamodb_does(
    dynamo: FaultyDynamoDB, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["restore", "no-such-table", SUBSCRIPTIONS])
    assert main() == 1
    assert "ResourceNotFoundException" in capsys.readouterr().err

    dynamo.fail(client_error("InternalServerError"))
    assert main() == 1
    assert capsys.readouterr().err
