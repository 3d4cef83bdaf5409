"""ProbeSink: a sink that fails is asked again, later each time, until it works or is given up."""

from typing import Any

import pytest

from camara.scope import EventType
from notifications import delivery
from notifications.store import subscription_store
from notifications.subscription import TerminationReason
from tests.support.api import a_call, put
from tests.support.builders import BOB, NOW
from tests.support.evidence import events_at, ids_at, now_of, states_at
from tests.support.lambda_poller import TIME, Poller, a_change_of, a_notification
from tests.support.marked import SINCE, catch_ups_in, marked
from tests.support.messaging import Requests, subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import ANSWERED
from tests.support.webhook import Webhook, answer, drop

pytestmark = pytest.mark.usefixtures("at_once")

STATUS, INVITATION = EventType.SESSION_STATUS, EventType.SESSION_INVITATION


def test_a_sink_that_takes_it_is_told_again_of_what_comes(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url, failures=4)
    prober.put(notification)

    assert prober.deliver()
    after = now_of(subscription)
    assert (after.failing_since, after.probe) == (None, "")
    assert (after.cleared_at, after.behind_since) == (NOW, SINCE)
    # It is forgiven in time, and only then.
    assert (after.failures, after.worked_at) == (4, NOW)
    [listener] = subscription_store().audience(subscription.subscriber_key).listeners.values()
    assert not listener.failing
    poller.put(a_notification(subscription, 2))
    poller.deliver_all()
    assert ids_at(webhook) == [a_notification(subscription, n).event_id for n in (1, 2)]


def test_and_catches_up_with_what_it_has_missed(
    prober: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)
    prober.put(notification)

    assert prober.deliver()
    [message] = catch_ups_in(messaging.queue)
    assert message.subscription_id == subscription.subscription_id
    assert message.subscriber_key == subscription.subscriber_key
    assert (message.cleared_at, message.is_last, message.before) == (NOW, False, None)


def test_the_mark_is_cleared_before_anything_is_caught_up_with(
    prober: Poller, webhook: Webhook, requests: Requests
) -> None:
    _, notification = marked(a_notification, sink=webhook.url)
    prober.put(notification)
    requests.clear()

    assert prober.deliver()
    names = [name for name, _ in requests]
    assert names.index("TransactWriteItems") < names.index("SendMessageBatch")


@pytest.mark.parametrize("kind", [STATUS, INVITATION])
def test_it_is_told_the_state_in_which_the_call_is_by_now(
    prober: Poller, webhook: Webhook, kind: EventType
) -> None:
    call = a_call("Initial")
    subscription, notification = marked(
        lambda known: a_change_of(call, known, kind, 1, "Initial"), sink=webhook.url, type=kind
    )
    put(BOB, call, "Ringing")
    prober.put(notification)

    assert prober.deliver()
    assert states_at(webhook) == [(call, "Ringing")]
    assert now_of(subscription).failing_since is None


def test_a_call_that_is_as_it_was_is_told_as_it_was(prober: Poller, webhook: Webhook) -> None:
    call = a_call("Ringing")
    _, notification = marked(lambda known: a_change_of(call, known, STATUS), sink=webhook.url)
    prober.put(notification)

    assert prober.deliver()
    [event] = events_at(webhook)
    assert (event["id"], event["time"]) == (notification.event_id, TIME)


def test_what_it_has_just_heard_it_is_not_told_again(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    call = a_call("Ringing")
    subscription, notification = marked(
        lambda known: a_change_of(call, known, STATUS), sink=webhook.url
    )
    put(BOB, call, ANSWERED)
    prober.put(notification)

    assert prober.deliver()
    after = now_of(subscription)
    assert after.told == {call: 3}
    poller.put(notification, a_change_of(call, subscription, STATUS, 3, "Connected"))
    poller.deliver_all()
    assert states_at(webhook) == [(call, "Connected")]


def test_how_a_call_ended_that_is_stored_no_more_is_told_as_it_was(
    prober: Poller, webhook: Webhook
) -> None:
    _, notification = marked(
        lambda known: a_change_of("gone", known, STATUS, 3, "Terminated"), sink=webhook.url
    )
    prober.put(notification)

    assert prober.deliver()
    assert ids_at(webhook) == [notification.event_id]
    assert states_at(webhook) == [("gone", "Terminated")]


@pytest.mark.parametrize(("max_events", "reason"), [(1, "MAX_EVENTS_REACHED"), (2, None)])
def test_what_it_takes_counts(
    prober: Poller, webhook: Webhook, max_events: int, reason: str | None
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url, max_events=max_events)
    prober.put(notification)

    assert prober.deliver()
    after = now_of(subscription)
    assert (after.delivered, after.ended) == (1, reason)


def test_a_sink_that_rejects_the_event_works(
    prober: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    call = a_call("Ringing")
    subscription, notification = marked(
        lambda known: a_change_of(call, known, STATUS), sink=webhook.url
    )
    webhook.then(answer(400))
    prober.put(notification)

    assert prober.deliver()
    assert (now_of(subscription).failing_since, now_of(subscription).told) == (None, {call: 2})
    assert len(catch_ups_in(messaging.queue)) == 1


@pytest.mark.parametrize(
    "trouble", [answer(500), answer(302), answer(404), drop], ids=["500", "302", "404", "closes"]
)
def test_a_sink_that_fails_again_is_asked_again_later(
    prober: Poller,
    messaging: Messaging,
    webhook: Webhook,
    at_once: list[int],
    clock: FakeClock,
    trouble: Any,
) -> None:
    subscription, notification = marked(
        a_notification, sink=webhook.url, failures=3, worked_at=NOW - 600
    )
    webhook.then(trouble)
    prober.put(notification)
    clock.now = NOW + 20

    assert not prober.deliver()
    after = now_of(subscription)
    assert (after.failures, after.failed_at, after.worked_at) == (4, NOW + 20, None)
    assert (after.failing_since, after.probe) == (NOW, notification.event_id)
    assert at_once == [40]
    assert catch_ups_in(messaging.queue) == []
    assert prober.deliver()
    assert len(webhook.received) == 2


def test_the_twelfth_failure_ends_the_subscription_after_an_hour(
    poller: Poller, prober: Poller, messaging: Messaging, webhook: Webhook, at_once: list[int]
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(*[answer(500)] * 20)
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert prober.deliver_all() == 11
    assert len(webhook.received) == 12
    assert at_once == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
    after = now_of(subscription)
    last = NOW + sum(at_once)
    assert (after.ended, after.ended_at) == (TerminationReason.NETWORK_TERMINATED, last)
    assert catch_ups_in(messaging.queue) == []


@pytest.mark.parametrize(("failures", "early"), [(1, 5), (2, 10), (2, 1), (9, 900)])
def test_a_copy_that_comes_too_early_is_not_sent_and_comes_when_it_is_time(
    prober: Poller,
    webhook: Webhook,
    at_once: list[int],
    clock: FakeClock,
    failures: int,
    early: int,
) -> None:
    failed_at = NOW - delivery.delay_seconds(failures) + early
    subscription, notification = marked(
        a_notification, sink=webhook.url, failures=failures, failed_at=failed_at
    )
    prober.put(notification)

    assert not prober.deliver()
    assert (webhook.received, at_once, now_of(subscription)) == ([], [early], subscription)
    assert clock.now == NOW + early
    assert prober.deliver()
    assert len(webhook.received) == 1


def test_copies_of_a_probe_do_not_make_it_fail_more_often(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.always(answer(500))
    notification = a_notification(subscription)
    poller.put(notification)
    assert poller.deliver()
    prober.put(*[notification] * 3)

    prober.deliver_all(100)

    after = now_of(subscription)
    assert (len(webhook.received), after.failures) == (12, 12)
    # The last delay alone is 15 minutes: copies have not made it shorter.
    assert after.ended_at is not None
    assert after.ended_at - NOW >= 3975


def test_it_has_no_more_time_than_for_any_event(
    prober: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    def post(*_: Any, seconds: float, **__: Any) -> int:
        given.append(seconds)
        return 204

    monkeypatch.setattr(delivery, "post", post)
    _, notification = marked(a_notification, sink=webhook.url)
    prober.put(notification)

    assert prober.deliver()
    assert given == [3]
