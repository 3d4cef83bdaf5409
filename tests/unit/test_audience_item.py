"""The audience of a number as an item: there and back, small enough, and cleared up later."""

from functools import reduce

import pytest

from camara.identity import derive_client_key
from camara.scope import EventType
from notifications.audience import Audience, Limits
from notifications.item import audience_from, audience_item, audience_key, key, subscriber_key_of
from notifications.subscription import Subscription, TerminationReason
from tests.performance.write_units import item_bytes
from tests.support.builders import (
    ALICE_KEY,
    BOB_KEY,
    NOW,
    a_registration,
    a_subscription,
    subscription_id,
)

DAY = 24 * 3600
MOST = Limits().of_subscriber
MOST_BYTES = 56 * 1024
"""14 units to read consistently, 112 to write in a transaction."""
ITEM_BYTES, ANSWER_BYTES = 400 * 1024, 16 * 1024 * 1024
"""What DynamoDB stores in an item, and hands out in one answer."""

TABLET = a_registration(device=2, client_id="client-2", sub="another user")


def audience(*subscriptions: Subscription) -> Audience:
    return reduce(lambda known, new: known.after(new, NOW), subscriptions, Audience(ALICE_KEY))


@pytest.mark.parametrize(
    "known",
    [
        Audience(ALICE_KEY, 7),
        audience(a_subscription(1)),
        audience(
            a_subscription(1, type=EventType.SESSION_INVITATION, starts_at=NOW - 1),
            a_subscription(2, of=TABLET, ends_at=NOW + 5),
            a_subscription(3, type=EventType.REGISTRATION_ENDS).failed("event-1", NOW, NOW),
        ),
    ],
)
def test_there_and_back(known: Audience) -> None:
    assert audience_from(ALICE_KEY, audience_item(known, NOW)) == known


def test_what_is_stored_of_each() -> None:
    item = audience_item(audience(a_subscription(of=TABLET, ends_at=NOW + DAY)), NOW)

    assert item == {
        "number": {"S": f"audience#{ALICE_KEY}"},
        "subscriptionId": {"S": "audience"},
        "version": {"N": "1"},
        "listeners": {
            "M": {
                subscription_id(): {
                    "M": {
                        "type": {"S": "session-status"},
                        "device": {"S": TABLET.device},
                        "client": {"S": derive_client_key("client-2")},
                        "startsAt": {"N": str(NOW)},
                        "endsAt": {"N": str(NOW + DAY)},
                        "failing": {"BOOL": False},
                    }
                }
            }
        },
        "expiresAt": {"N": str(NOW + 8 * DAY)},
    }


def test_where_none_is_stored_nobody_listens() -> None:
    assert audience_from(BOB_KEY, None) == Audience(BOB_KEY)


def test_it_is_in_a_partition_of_its_own() -> None:
    """And so none of the number's subscriptions, whatever id somebody asks for."""
    item = audience_item(Audience(ALICE_KEY, 1), NOW)

    assert item.items() >= audience_key(ALICE_KEY).items()
    assert audience_key(ALICE_KEY)["number"] != key(ALICE_KEY, "audience")["number"]


def test_an_item_tells_whose_audience_it_is() -> None:
    assert subscriber_key_of(audience_item(Audience(ALICE_KEY, 1), NOW)) == ALICE_KEY


def test_it_is_kept_for_a_week_after_the_last_could_have_ended() -> None:
    first, last = a_subscription(1, ends_at=NOW + DAY), a_subscription(2, ends_at=NOW + 10 * DAY)
    over = first.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)
    nobody = audience(first).after(over, NOW)

    assert audience_item(audience(last, first), NOW)["expiresAt"] == {"N": str(NOW + 17 * DAY)}
    assert audience_item(nobody, NOW)["expiresAt"] == {"N": str(NOW + 7 * DAY)}


def test_it_is_not_in_the_index_of_what_is_due() -> None:
    item = audience_item(audience(a_subscription()), NOW)

    assert not {"staleShard", "staleAt", "terminationReason"} & item.keys()


def test_the_largest_is_small_enough() -> None:
    """Of the longest type each, for an index of each is no shorter."""
    kind = max(EventType, key=len)
    largest = audience(
        *(
            a_subscription(n, of=a_registration(device=n), type=kind, starts_at=1_999_999_999)
            for n in range(MOST)
        )
    )
    size = item_bytes(audience_item(largest, NOW))

    assert len(largest.listeners) == MOST
    assert size <= MOST_BYTES < ITEM_BYTES
    assert 100 * size < ANSWER_BYTES
