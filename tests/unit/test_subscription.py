"""Subscriptions: how long, for whom, and what ends them."""

from dataclasses import replace
from typing import Any

import pytest

from camara.errors import InvalidArgument, NotFound
from camara.scope import EventType
from notifications.subscription import (
    Credential,
    Lifetimes,
    State,
    Subscription,
    TerminationReason,
)
from tests.support.builders import ALICE_ACTS, NOW, a_registration, a_subscription, an_actor

DAY = 24 * 3600
LIFETIMES = Lifetimes(default=30 * DAY, longest=90 * DAY)
DELETED = TerminationReason.SUBSCRIPTION_DELETED
EXPIRED = TerminationReason.SUBSCRIPTION_EXPIRED


def ended(**changes: Any) -> Subscription:
    return replace(a_subscription(), ended=DELETED, ended_at=NOW, **changes)


@pytest.mark.parametrize(
    ("requested", "expiry"),
    [
        (None, NOW + 30 * DAY),
        (NOW + 1, NOW + 1),
        (NOW + 90 * DAY, NOW + 90 * DAY),
        (NOW + 90 * DAY + 1, NOW + 90 * DAY),
    ],
)
def test_it_lasts_as_long_as_asked_for_but_no_longer_than_it_may(
    requested: int | None, expiry: int
) -> None:
    assert LIFETIMES.expiry(requested, NOW) == expiry


@pytest.mark.parametrize("requested", [NOW, NOW - 1])
def test_it_cannot_end_before_it_begins(requested: int) -> None:
    with pytest.raises(InvalidArgument):
        LIFETIMES.expiry(requested, NOW)


def test_it_is_active_until_its_end() -> None:
    subscription = a_subscription(ends_at=NOW + 10)

    assert subscription.is_active(NOW + 9)
    assert not subscription.is_active(NOW + 10)
    assert not ended().is_active(NOW)


def test_it_is_there_for_its_actor_while_it_is_active() -> None:
    subscription = a_subscription(ends_at=NOW + 10)

    subscription.require_active(ALICE_ACTS.key, NOW)
    for found, actor, now in (
        (subscription, an_actor(client_id="client-2"), NOW),
        (subscription, an_actor(sub="another user"), NOW),
        (subscription, ALICE_ACTS, NOW + 10),
        (ended(), ALICE_ACTS, NOW),
    ):
        with pytest.raises(NotFound):
            found.require_active(actor.key, now)


def test_it_is_for_the_device_that_its_actor_has_registered() -> None:
    registered = a_registration()

    assert a_subscription(of=registered).device == registered.device
    for other in (
        a_registration(device=2),
        a_registration(client_id="client-2"),
        a_registration(sub="another user"),
    ):
        assert a_subscription(of=other).device == other.device != registered.device


def test_an_update_brings_what_it_brings_and_the_rest_stays() -> None:
    old, new = Credential((b"old",), NOW + 1), Credential((b"new",), NOW + 2)
    subscription = a_subscription(credential=old)

    assert subscription.updated(None, None) == replace(subscription, version=2)
    assert subscription.updated(new, None) == replace(subscription, version=2, credential=new)
    assert subscription.updated(None, NOW + 3) == replace(subscription, version=2, ends_at=NOW + 3)


def test_the_first_reason_stays() -> None:
    subscription = a_subscription().ended_because(DELETED, NOW)

    assert (subscription.version, subscription.ended, subscription.ended_at) == (2, DELETED, NOW)
    assert subscription.ended_because(EXPIRED, NOW + 1) is subscription


@pytest.mark.parametrize(
    ("token_expires_at", "due_at", "reason"),
    [
        (None, NOW + 1000, EXPIRED),
        (NOW + 5000, NOW + 1000, EXPIRED),
        (NOW + 1120, NOW + 1000, EXPIRED),
        (NOW + 1119, NOW + 999, TerminationReason.ACCESS_TOKEN_EXPIRED),
    ],
)
def test_it_is_due_at_its_end_or_just_before_its_access_token_expires(
    token_expires_at: int | None, due_at: int, reason: TerminationReason
) -> None:
    credential = Credential((b"sealed",), token_expires_at) if token_expires_at else None
    subscription = a_subscription(ends_at=NOW + 1000, credential=credential)

    assert subscription.due_at == due_at
    assert subscription.settled(due_at - 1) is subscription
    after = subscription.settled(due_at)
    assert (after.ended, after.ended_at) == (reason, due_at)
    assert ended(ends_at=NOW).settled(NOW) == ended(ends_at=NOW)


def test_it_counts_what_it_has_heard_each_once_if_it_wanted_a_number() -> None:
    once = a_subscription(max_events=9).after_delivery("first", None, NOW)

    assert (once.version, once.delivered, once.last_event_id) == (2, 1, "first")
    assert once.knows("first", None, NOW)
    assert not once.knows("second", None, NOW)
    assert once.after_delivery("first", None, NOW) is once
    assert once.after_delivery("second", None, NOW).delivered == 2
    assert once.after_delivery("second", None, NOW).ended is None


def test_what_it_hears_is_not_written_down_if_it_wanted_no_number() -> None:
    subscription = a_subscription()

    assert subscription.after_delivery("first", State("call", 2), NOW) is subscription
    assert not subscription.knows("first", State("call", 2), NOW)


def test_it_ends_with_the_last_that_it_wanted_to_hear() -> None:
    wants_two = a_subscription(max_events=2)
    once = wants_two.after_delivery("first", None, NOW)
    twice = once.after_delivery("second", None, NOW + 1)

    assert once.ended is None
    assert (twice.ended, twice.ended_at) == (TerminationReason.MAX_EVENTS_REACHED, NOW + 1)
    assert twice.version == 3
    assert twice.after_delivery("that it has ended", None, NOW + 2).ended_at == NOW + 1


def test_to_hear_of_the_end_is_no_other_end() -> None:
    heard = ended(max_events=1).after_delivery("that it has ended", None, NOW + 1)

    assert (heard.ended, heard.ended_at, heard.delivered) == (DELETED, NOW, 1)


def test_event_types_are_camaras() -> None:
    assert {kind.rpartition(".")[0] for kind in EventType} == {
        "org.camaraproject.webrtc-events-subscriptions.v0"
    }
