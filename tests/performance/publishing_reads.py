"""What is read to publish one change, when the receiver's number has many subscriptions.

Ten thousand that have ended, which are stored until time to live removes them; and as many active
ones as a number may have. The usual way is the former one, a query for all of them.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from unittest.mock import patch

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from notifications import publishing
from notifications.audience import Audience, Limits
from notifications.item import audience_item, subscription_item
from notifications.publish_events import handler
from notifications.subscription import Subscription, TerminationReason
from tests.performance.cost import Cost, costed_reads
from tests.performance.former_publishing import FormerReader
from tests.performance.result import Result
from tests.performance.ringing_calls import Line, record_of, rung
from tests.performance.stand_ins import Queue, handled
from tests.performance.stored_sessions import no_garbage_collection, sessions_table
from tests.support.builders import NOW, a_registration, a_subscription
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ENDED = 10_000
_LINE = Line.of(0)
_TOLD = 2
"""The line's subscriptions."""


def measure() -> Iterator[Result]:
    """Publish a change beside many that have ended, then beside many that are active."""
    other = Limits().of_subscriber - 1
    cases = {
        f"{_ENDED:,} of the receiver's subscriptions having ended": _reads(_some_ended(_ENDED)),
        f"{other + 1} of the receiver's being active, the most": _reads(_some_active(other)),
    }
    for number, (case, (former, ours)) in enumerate(cases.items()):
        yield Result(
            name=f"publishing.read-units.{number}",
            what=f"read units to publish a change, {case}",
            unit="units",
            usual=former.read_units,
            value=ours.read_units,
            notes=[
                f"the usual way is the former one: {former.in_words()}; ours: {ours.in_words()}"
            ],
        )
        yield Result(
            name=f"publishing.requests.{number}",
            what="  and requests",
            unit="requests",
            usual=former.requests,
            value=ours.requests,
        )


def _reads(others: Iterable[Subscription]) -> tuple[Cost, Cost]:
    """Return what the former way and ours cost beside others of the receiver's."""
    queue = Queue()
    call = _LINE.call()
    record = record_of(call, rung(call))
    with (
        no_garbage_collection(),
        sessions_table() as client,
        patch.object(publishing, "notification_queue", lambda: queue),
    ):
        _store(client, [*others, *_LINE.subscriptions])
        reader = FormerReader(client, SUBSCRIPTIONS)
        told, former = costed_reads(client, lambda: reader.notifications(record))
        _, ours = costed_reads(client, lambda: handled(handler, [record]))
    assert len(told) == _TOLD
    assert sorted(map(repr, told)) == sorted(map(repr, queue))
    return former, ours


def _store(client: "DynamoDBClient", subscriptions: Iterable[Subscription]) -> None:
    """Store subscriptions, their audiences, and the receiver's register."""
    # Through the API it would take minutes.
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].tables[SUBSCRIPTIONS]
    audiences: dict[str, Audience] = {}
    for subscription in subscriptions:
        item = subscription_item(subscription)
        keys = DynamoType(item["number"]), DynamoType(item["subscriptionId"])
        table.items[keys[0]][keys[1]] = Item(*keys, item)
        if subscription.ended is None:
            number = subscription.subscriber_key
            audiences[number] = audiences.get(number, Audience(number)).after(subscription, NOW)
    for audience in audiences.values():
        client.put_item(TableName=SUBSCRIPTIONS, Item=audience_item(audience, NOW))
    for name, item in _LINE.items():
        if name == REGISTRATIONS:
            client.put_item(TableName=name, Item=item)


def _some_ended(count: int) -> Iterator[Subscription]:
    for number in range(count):
        known = a_subscription(_TOLD + number, subscriber=_LINE.receiver)
        yield known.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)


def _some_active(count: int) -> Iterator[Subscription]:
    """Yield those of other devices."""
    for number in range(count):
        device = a_registration(_LINE.receiver, 2 + number)
        yield a_subscription(_TOLD + number, subscriber=_LINE.receiver, of=device)
