"""A sink that fails is marked; what it did not take is kept to ask it again, and nothing else."""

from typing import Any

import pytest

from camara.scope import EventType
from notifications import delivery
from notifications.store import subscription_store
from notifications.subscription import TerminationReason
from tests.support.api import a_call
from tests.support.builders import NOW, a_registration
from tests.support.evidence import a_credential, ids_at, now_of, outcomes, written_in
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_poller import Poller, a_change_of, a_notification
from tests.support.marked import SINCE, change, kept_in, marked
from tests.support.messaging import Requests, failing, subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.races import just_before
from tests.support.webhook import Behaviour, Webhook, answer, drop, hang

pytestmark = pytest.mark.usefixtures("at_once")

DELETED: dict[str, Any] = {"ended": TerminationReason.SUBSCRIPTION_DELETED, "ended_at": NOW}


@pytest.mark.parametrize(
    "trouble", [answer(500), answer(302), drop, hang], ids=["500", "302", "closes", "hangs"]
)
def test_the_subscription_is_marked_and_the_event_is_kept_for_later(
    poller: Poller,
    messaging: Messaging,
    webhook: Webhook,
    at_once: list[int],
    monkeypatch: pytest.MonkeyPatch,
    trouble: Behaviour,
) -> None:
    monkeypatch.setattr(delivery, "SINK_SECONDS", 0.5)
    subscription = subscribe(sink=webhook.url)
    notification = a_notification(subscription)
    webhook.then(trouble)
    poller.put(notification)

    assert poller.deliver()
    marked = now_of(subscription)
    assert (marked.failing_since, marked.probe) == (NOW, notification.event_id)
    assert (marked.failures, marked.failed_at) == (1, NOW)
    assert marked.behind_since == SINCE
    assert at_once == [5]
    assert kept_in(messaging.probes) == [notification.event_id]


def test_nobody_who_publishes_may_miss_the_mark_when_the_event_is_kept(
    poller: Poller, webhook: Webhook, requests: Requests
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(500))
    poller.put(a_notification(subscription))
    requests.clear()

    assert poller.deliver()
    names = [name for name, _ in requests]
    assert names.index("TransactWriteItems") < names.index("SendMessage")
    [listener] = subscription_store().audience(subscription.subscriber_key).listeners.values()
    assert listener.failing


def test_a_sink_that_has_failed_before_is_asked_later(
    poller: Poller, webhook: Webhook, at_once: list[int]
) -> None:
    subscription = subscribe(sink=webhook.url, failures=3, failed_at=NOW)
    webhook.then(answer(500))
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert at_once == [40]


def test_the_twelfth_failure_is_the_last_though_it_works_now_and_then(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url, failures=11, failed_at=NOW, worked_at=NOW)
    webhook.then(answer(500))
    poller.put(a_notification(subscription), a_notification(subscription, 2))

    assert poller.deliver_all() == 2
    assert now_of(subscription).ended is TerminationReason.NETWORK_TERMINATED
    assert (len(webhook.received), kept_in(messaging.probes)) == (1, [])


def test_a_success_begins_to_make_up_for_the_failures(
    poller: Poller, webhook: Webhook, at_once: list[int], clock: FakeClock
) -> None:
    subscription = subscribe(sink=webhook.url, failures=5, failed_at=NOW)
    poller.put(a_notification(subscription, 1), a_notification(subscription, 2))
    assert poller.deliver()
    assert now_of(subscription).worked_at == NOW
    # One each 30 seconds.
    clock.now = NOW + 90
    webhook.then(answer(500))
    assert poller.deliver()

    assert (now_of(subscription).failures, at_once) == (3, [20])


@pytest.mark.parametrize(
    ("time", "behind_since", "expected"),
    [
        ("2027-01-15T08:00:05Z", None, NOW - 600),
        ("2027-01-15T07:50:00Z", None, NOW - 1200),
        ("2027-01-15T07:50:00Z", NOW - 1300, NOW - 1300),
        ("2027-01-15T07:50:00Z", NOW - 600, NOW - 1200),
    ],
)
def test_what_ended_ten_minutes_before_the_event_or_later_the_sink_may_have_missed(
    poller: Poller, webhook: Webhook, time: str, behind_since: int | None, expected: int
) -> None:
    subscription = subscribe(sink=webhook.url, behind_since=behind_since)
    webhook.then(answer(500))
    poller.put(a_notification(subscription, time=time))

    assert poller.deliver()
    assert now_of(subscription).behind_since == expected


@pytest.mark.parametrize("times", [1, 2])
def test_what_comes_while_it_is_marked_is_dropped_unread(
    poller: Poller,
    messaging: Messaging,
    webhook: Webhook,
    requests: Requests,
    capsys: pytest.CaptureFixture[str],
    times: int,
) -> None:
    subscription = subscribe(sink=webhook.url, failing_since=NOW, probe="another")
    poller.put(a_change_of(a_call(), subscription, EventType.SESSION_STATUS))
    capsys.readouterr()
    requests.clear()
    event = poller.receive(times)
    assert event is not None

    assert poller.finish(event)
    assert outcomes(capsys.readouterr().out) == [("session-status", "skipped")]
    read = [name for name, _ in requests if name not in {"ReceiveMessage", "DeleteMessage"}]
    assert read == ["GetItem"]
    assert (webhook.received, kept_in(messaging.probes)) == ([], [])
    assert now_of(subscription) == subscription


def test_nobody_else_is_marked(poller: Poller, webhook: Webhook) -> None:
    failed, same_device = subscribe(1, sink=webhook.url), subscribe(2, sink=webhook.url)
    other = subscribe(3, of=a_registration(device=2), sink=webhook.url)
    webhook.then(answer(500))
    poller.put(*(a_notification(each) for each in (failed, same_device, other)))

    assert poller.deliver_all() == 3
    assert len(webhook.received) == 3
    assert (now_of(same_device), now_of(other)) == (same_device, other)


def test_stopped_after_the_mark_the_event_is_kept_all_the_same(
    poller: Poller, messaging: Messaging, webhook: Webhook, at_once: list[int]
) -> None:
    subscription = subscribe(sink=webhook.url, failures=2, failed_at=NOW)
    webhook.then(answer(500))
    poller.put(a_notification(subscription, 1), a_notification(subscription, 2))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "SendMessage", client_error("ServiceUnavailable"))
        assert not poller.deliver()
    assert now_of(subscription).failing_since == NOW
    assert poller.deliver_all() == 2
    # The first is the fault's, and as long as the queue takes to show the message again.
    assert at_once == [5, 20]
    assert kept_in(messaging.probes) == [a_notification(subscription, 1).event_id]
    assert len(webhook.received) == 1


def test_the_event_that_a_sink_is_asked_with_is_not_kept_twice(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription, notification = marked(a_notification, sink=webhook.url)
    # A publisher may be late, and repeat what it has told.
    poller.put(notification)

    assert poller.deliver()
    assert (now_of(subscription), kept_in(messaging.probes)) == (subscription, [])


def test_without_the_mark_nothing_is_kept(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(500))
    poller.put(a_notification(subscription, 1), a_notification(subscription, 2))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "TransactWriteItems", client_error("InternalServerError"))
        assert not poller.deliver()
    assert (now_of(subscription), kept_in(messaging.probes)) == (subscription, [])
    assert poller.deliver_all() == 2
    first, second = (a_notification(subscription, number).event_id for number in (1, 2))
    assert ids_at(webhook) == [first, first, second]


def test_who_is_marked_meanwhile_is_asked_with_one_event_only(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url)

    def overtaken(exchange: Any) -> None:
        change(subscription, failing_since=NOW, probe="another", failures=1)
        answer(500)(exchange)

    webhook.then(overtaken)
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert (now_of(subscription).probe, now_of(subscription).failures) == ("another", 1)
    assert kept_in(messaging.probes) == []


def test_what_ends_meanwhile_is_not_marked(
    poller: Poller, messaging: Messaging, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url)

    def overtaken(exchange: Any) -> None:
        change(subscription, **DELETED)
        answer(500)(exchange)

    webhook.then(overtaken)
    poller.put(a_notification(subscription))

    assert poller.deliver()
    after = now_of(subscription)
    assert (after.ended, after.failing_since) == (TerminationReason.SUBSCRIPTION_DELETED, None)
    assert kept_in(messaging.probes) == []


def test_a_token_that_was_renewed_when_it_expired_ends_nothing(
    poller: Poller, prober: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribe(sink=webhook.url, credential=a_credential(expires_at=NOW))
    renewed = a_credential(expires_at=NOW + 600)
    poller.put(a_notification(subscription))

    def renew() -> None:
        change(subscription, credential=renewed)

    # When the subscription has been read, and is read once more to be ended.
    just_before(monkeypatch, "GetItem", lambda: just_before(monkeypatch, "GetItem", renew))

    assert poller.deliver()
    assert (now_of(subscription).ended, len(webhook.received)) == (None, 0)
    assert prober.deliver()
    assert len(webhook.received) == 1


def test_marking_takes_two_reads_and_a_transaction_more(
    poller: Poller, webhook: Webhook, requests: Requests
) -> None:
    webhook.then(answer(500))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    requests.clear()

    assert poller.deliver()
    assert written_in(requests) == ["TransactWriteItems"]
    assert [name for name, _ in requests].count("GetItem") == 3
