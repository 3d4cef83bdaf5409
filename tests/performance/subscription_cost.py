"""What it takes to create and to delete a subscription, with the audience of its number.

The usual way is this code as it was before there were audiences, measured once, by the same steps.
"""

from collections.abc import Iterator

from notifications.audience import Audience, Limits
from notifications.item import audience_item
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.performance.cost import Cost, costed
from tests.performance.result import Result
from tests.performance.stored_sessions import sessions_table
from tests.performance.write_units import item_bytes
from tests.support.builders import ALICE_KEY, NOW, a_registration, a_subscription
from tests.support.table import SUBSCRIPTIONS

_BEFORE_WRITE_UNITS = 4
_BEFORE_REQUESTS = 3


def measure() -> Iterator[Result]:
    """Create and delete one that is alone, and one beside the most that a number may have."""
    alone, beside = _life(0), _life(Limits().of_subscriber - 1)
    yield Result(
        name="subscriptions.requests",
        what="DynamoDB requests per subscription, created and deleted",
        unit="requests",
        usual=_BEFORE_REQUESTS,
        value=sum(cost.requests for cost in alone[1]),
        notes=[
            "the usual way is that of commit 91f6c17, measured on 2026-11-24",
            *(cost.in_words() for cost in alone[1]),
        ],
    )
    for name, what, (size, costs) in (
        ("alone", "  write units", alone),
        (
            "beside",
            f"  write units, beside {Limits().of_subscriber - 1} others of the number",
            beside,
        ),
    ):
        yield Result(
            name=f"subscriptions.write-units.{name}",
            what=what,
            unit="units",
            usual=_BEFORE_WRITE_UNITS,
            value=sum(cost.write_units for cost in costs),
            notes=[f"the audience, which is written with it: {size:,} bytes"],
        )


def _life(others: int) -> tuple[int, list[Cost]]:
    """Return the size of the audience, and the costs of both steps."""
    new = a_subscription(1)
    with sessions_table() as client:
        if others:
            client.put_item(TableName=SUBSCRIPTIONS, Item=audience_item(_crowd(others), NOW))
        created = costed(client, lambda: subscription_store().create(new, (), NOW))[1]
        deleted = costed(client, lambda: _delete(new))[1]
    return item_bytes(created.of_item("listeners").after or {}), [created, deleted]


def _crowd(count: int) -> Audience:
    """Return an audience of devices that are other clients', who may have so many."""
    crowd = Audience(ALICE_KEY)
    for number in range(count):
        client = f"other-client-{number // Limits().of_client}"
        device = a_registration(device=number, client_id=client)
        crowd = crowd.after(a_subscription(2 + number, of=device), NOW)
    return crowd


def _delete(subscription: Subscription) -> None:
    subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: known.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW),
    )
