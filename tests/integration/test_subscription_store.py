"""Subscriptions in DynamoDB: what is stored is read, and no change is lost to another one."""

from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from camara.errors import NotFound, Unavailable
from notifications.store import subscription_store
from notifications.subscription import Credential, Subscription, TerminationReason
from tests.support.builders import BOB, BOB_KEY, NOW, UNKNOWN, a_subscription
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.messaging import Requests, subscribe
from tests.support.races import conflicting, just_before, waiting
from tests.support.table import SUBSCRIPTIONS

CREDENTIAL = Credential((b"\x00\xff sealed", b"part two"), NOW + 3600)


def stored(subscription: Subscription) -> Subscription:
    return subscription_store().read(subscription.subscriber_key, subscription.subscription_id)


def change(subscription: Subscription, decide: Any) -> Subscription:
    return subscription_store().change(
        subscription.subscriber_key, subscription.subscription_id, decide
    )


def hears(event_id: str) -> Callable[[Subscription], Subscription]:
    return lambda known: known.after_delivery(event_id, None, NOW)


@pytest.mark.parametrize("credential", [None, CREDENTIAL])
def test_what_is_stored_is_read(credential: Credential | None) -> None:
    subscription = subscribe(credential=credential, max_events=3)

    assert stored(subscription) == subscription


def test_so_many_of_a_number_are_read_in_one_request(requests: Requests) -> None:
    active = [subscribe(number) for number in range(9)]
    ended = subscribe(9, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW)
    subscribe(10, subscriber=BOB)
    ids = [known.subscription_id for known in (*active, ended)]
    requests.clear()

    found = subscription_store().read_each(ended.subscriber_key, [*ids, UNKNOWN])

    assert sorted(found, key=lambda known: ids.index(known.subscription_id)) == [*active, ended]
    assert [name for name, _ in requests] == ["BatchGetItem"]


def test_none_of_a_number_is_no_request(requests: Requests) -> None:
    assert subscription_store().read_each(BOB_KEY, []) == []
    assert subscription_store().audience_items([]) == {}
    assert requests == []


def test_there_is_no_other() -> None:
    subscription = subscribe()

    with pytest.raises(NotFound):
        subscription_store().read(BOB_KEY, subscription.subscription_id)
    with pytest.raises(NotFound):
        change(a_subscription(2), lambda known: known)


def test_a_change_counts_and_what_is_no_change_is_not_written(requests: Requests) -> None:
    subscription = subscribe(max_events=99)
    requests.clear()
    changed = change(subscription, hears("event"))
    assert changed.version == 2
    # Nothing that its audience lists has changed.
    assert [name for name, _ in requests] == ["GetItem", "PutItem"]
    assert stored(subscription) == changed
    requests.clear()

    assert change(subscription, lambda known: known) == changed
    assert [name for name, _ in requests] == ["GetItem"]


def test_a_refusal_is_the_callers_and_changes_nothing() -> None:
    subscription = subscribe()

    def refuse(_: Subscription) -> Subscription:
        raise NotFound

    with pytest.raises(NotFound):
        change(subscription, refuse)
    assert stored(subscription) == subscription


def test_who_loses_a_race_decides_again(monkeypatch: pytest.MonkeyPatch) -> None:
    subscription = subscribe(max_events=99)
    just_before(monkeypatch, "PutItem", lambda: change(subscription, hears("other")))

    assert change(subscription, hears("event")).delivered == 2
    assert stored(subscription).delivered == 2


def test_who_always_loses_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    subscription = subscribe(max_events=99)
    events = iter(f"event {number}" for number in range(100))

    def decide(known: Subscription) -> Subscription:
        change(subscription, hears(next(events)))
        return hears("event")(known)

    with pytest.raises(Unavailable):
        change(subscription, decide)
    assert stored(subscription).delivered == 10
    assert len(waits) == 9


DECISIONS: dict[str, Callable[[Subscription], Subscription]] = {
    "one that its audience does not see": hears("event"),
    "one that its audience sees": lambda known: known.updated(None, NOW + 1),
}
every_change = pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS.keys())


@every_change
@pytest.mark.parametrize("times", [1, 9])
def test_a_change_waits_for_a_transaction_under_way(
    monkeypatch: pytest.MonkeyPatch, decide: Callable[[Subscription], Subscription], times: int
) -> None:
    subscription = subscribe(max_events=99)
    asked = conflicting(monkeypatch, times)
    waits = waiting(monkeypatch)

    assert change(subscription, decide).version == 2
    assert stored(subscription) == decide(subscription)
    assert (len(asked), len(waits)) == (times + 1, times)


@every_change
def test_conflicts_without_end_are_unavailable(
    monkeypatch: pytest.MonkeyPatch, decide: Callable[[Subscription], Subscription]
) -> None:
    subscription = subscribe(max_events=99)
    asked = conflicting(monkeypatch, inf)
    waiting(monkeypatch)

    with pytest.raises(Unavailable):
        change(subscription, decide)
    assert stored(subscription) == subscription
    assert len(asked) == 10


@pytest.mark.parametrize("times", [1, 9])
def test_a_new_one_waits_for_a_transaction_under_way(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    conflicting(monkeypatch, times)
    waits = waiting(monkeypatch)

    assert stored(subscribe()) == a_subscription()
    assert len(waits) == times


def test_a_new_one_does_not_replace_another(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = waiting(monkeypatch)
    subscription = subscribe(max_events=99)
    change(subscription, hears("event"))

    with pytest.raises(Unavailable):
        subscription_store().create(subscription, (), NOW)
    assert stored(subscription).delivered == 1
    assert len(waits) == 9


@pytest.mark.parametrize("lost", [1, 2])
def test_a_new_one_whose_answer_was_lost_is_stored(dynamo: FaultyDynamoDB, lost: int) -> None:
    dynamo.lose_answers(lost)

    assert stored(subscribe()) == a_subscription()


def test_a_change_whose_answer_was_lost_is_made_once(dynamo: FaultyDynamoDB) -> None:
    subscription = subscribe()

    def once(known: Subscription) -> Subscription:
        known.require_active(subscription.actor, NOW)
        return known.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)

    dynamo.lose_answers(1, after=1)

    assert change(subscription, once).ended is TerminationReason.SUBSCRIPTION_DELETED
    assert stored(subscription).version == 2


def test_a_failing_table_is_unavailable(dynamo: FaultyDynamoDB) -> None:
    subscription, store = subscribe(), subscription_store()
    dynamo.fail(client_error("InternalServerError"))

    for request in (
        lambda: store.create(subscription, (), NOW),
        lambda: store.read(subscription.subscriber_key, subscription.subscription_id),
        lambda: store.read_each(subscription.subscriber_key, [subscription.subscription_id]),
        lambda: store.audience(subscription.subscriber_key),
        lambda: store.audience_items([subscription.subscriber_key]),
        lambda: change(subscription, hears("event")),
    ):
        with pytest.raises(Unavailable):
            request()


def test_reads_are_as_of_now(requests: Requests) -> None:
    subscription, store = subscribe(), subscription_store()
    requests.clear()
    store.read(subscription.subscriber_key, subscription.subscription_id)
    store.audience(subscription.subscriber_key)
    store.read_each(subscription.subscriber_key, [subscription.subscription_id])
    store.audience_items([subscription.subscriber_key])

    assert [name for name, _ in requests] == ["GetItem"] * 2 + ["BatchGetItem"] * 2
    for _, arguments in requests:
        wanted = arguments.get("RequestItems", {SUBSCRIPTIONS: arguments})[SUBSCRIPTIONS]
        assert wanted["ConsistentRead"] is True
