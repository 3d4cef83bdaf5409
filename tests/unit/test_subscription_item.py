"""Subscriptions as items: there and back, in the index while they live, and cleared up later."""

from dataclasses import replace

import pytest

from aws.stale_index import stale_shard
from camara.scope import EventType
from notifications.item import key, subscription_from, subscription_from_image, subscription_item
from notifications.subscription import (
    Credential,
    State,
    Subscription,
    TerminationReason,
)
from tests.performance.write_units import item_bytes
from tests.support.builders import ALICE_KEY, NOW, a_subscription, subscription_id

DAY = 24 * 3600
CREDENTIAL = Credential((b"\x00\xff", b"part two"), NOW + 3600)
ENDED = a_subscription(ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW + 5, version=7)
FAILING = a_subscription().failed("event-1", NOW - 60, NOW)
RECOVERED = FAILING.with_mark_cleared(NOW + 5)


@pytest.mark.parametrize(
    "subscription",
    [
        a_subscription(),
        a_subscription(max_events=3, credential=CREDENTIAL, delivered=2, last_event_id="event"),
        a_subscription(type=EventType.REGISTRATION_ENDS, starts_at=NOW - 1),
        a_subscription(actor="actor", client="client"),
        FAILING,
        FAILING.failed_again("event-1", 1, NOW + 5),
        RECOVERED.after_delivery("event-1", State("call", 2), NOW + 5),
        RECOVERED.after_delivery("event-1", State("call", 2), NOW + 5).caught_up(NOW + 5, NOW + 9),
        ENDED,
        replace(ENDED, credential=CREDENTIAL),
    ],
)
def test_there_and_back(subscription: Subscription) -> None:
    assert subscription_from(subscription_item(subscription)) == subscription


def test_the_key_is_number_and_id() -> None:
    item = subscription_item(a_subscription())

    assert key(ALICE_KEY, subscription_id()) == {
        "number": {"S": ALICE_KEY},
        "subscriptionId": {"S": subscription_id()},
    }
    assert item.items() >= key(ALICE_KEY, subscription_id()).items()


def test_it_is_in_the_index_until_it_has_ended() -> None:
    item = subscription_item(a_subscription(ends_at=NOW + 10 * DAY))

    assert item["staleShard"] == {"S": stale_shard(subscription_id())}
    assert item["staleAt"] == {"N": str(NOW + 10 * DAY)}
    assert not {"staleShard", "staleAt"} & subscription_item(ENDED).keys()
    assert not {"terminationReason", "endedAt"} & item.keys()
    before_its_token = subscription_item(a_subscription(credential=CREDENTIAL))["staleAt"]
    assert before_its_token == {"N": str(CREDENTIAL.expires_at - 120)}


def test_it_is_swept_if_what_was_to_ask_its_sink_or_to_make_it_catch_up_was_lost() -> None:
    assert subscription_item(FAILING)["staleAt"] == {"N": str(FAILING.due_at)}
    assert subscription_item(RECOVERED)["staleAt"] == {"N": str(RECOVERED.due_at)}
    assert len({FAILING.due_at, RECOVERED.due_at, RECOVERED.ends_at}) == 3


def test_what_there_is_not_is_not_stored() -> None:
    optional = {"failingSince", "workedAt", "behindSince", "maxEvents"}

    assert not optional & subscription_item(a_subscription()).keys()
    assert "failingSince" not in subscription_item(RECOVERED)


def test_what_a_sink_that_catches_up_knows_is_small() -> None:
    """However many calls there are: each change writes it all."""
    subscription = RECOVERED
    for number in range(1000):
        state = State(f"{number:040}", 999_999)
        subscription = subscription.after_delivery(f"event {number}", state, NOW)

    assert item_bytes(subscription_item(subscription)) < 10 * 1024


def test_it_is_kept_for_a_week_after_its_time_and_for_a_day_after_it_has_ended() -> None:
    item = subscription_item(a_subscription(ends_at=NOW + 10 * DAY))

    assert item["expiresAt"] == {"N": str(NOW + 17 * DAY)}
    assert subscription_item(ENDED)["expiresAt"] == {"N": str(NOW + 5 + DAY)}


def test_the_credential_is_bytes_and_absent_without_one() -> None:
    item = subscription_item(a_subscription(credential=CREDENTIAL))

    assert item["credential"] == {"L": [{"B": b"\x00\xff"}, {"B": b"part two"}]}
    assert item["credentialExpiresAt"] == {"N": str(NOW + 3600)}
    assert not {"credential", "credentialExpiresAt"} & subscription_item(ENDED).keys()


def test_a_streams_image_is_read_without_its_credential() -> None:
    subscription = a_subscription(credential=CREDENTIAL)
    image = subscription_item(subscription) | {"credential": {"L": [{"B": "AP8="}]}}

    assert subscription_from_image(image) == replace(subscription, credential=None)
