"""DeliverNotification: what becomes of a notification, and of its subscription."""

from typing import Any

import pytest

from camara.scope import EventType
from notifications import delivery
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.support.api import a_call
from tests.support.builders import NOW, OFFER
from tests.support.evidence import (
    TOKEN,
    a_credential,
    events_at,
    ids_at,
    now_of,
    outcomes,
    written_in,
)
from tests.support.lambda_poller import Poller, a_change_of, a_notification
from tests.support.messaging import Requests, subscribe, taken_from
from tests.support.on_moto import FakeClock, Messaging
from tests.support.webhook import Webhook, answer

INVITATION = EventType.SESSION_INVITATION
STATUS = EventType.SESSION_STATUS
REFUSALS = [
    (401, TerminationReason.ACCESS_TOKEN_EXPIRED),
    (403, TerminationReason.ACCESS_TOKEN_EXPIRED),
    (410, TerminationReason.NETWORK_TERMINATED),
]
SUCCESSES = [200, 201, 202, 204, 299]
FAILURES = [300, 301, 302, 307, 308, 404, 405, 407, 408, 421, 425, 429, 500, 503, 600]
REJECTIONS = [400, 402, 406, 409, 411, 413, 415, 422, 431, 451, 499]


def test_a_notification_is_posted(poller: Poller, webhook: Webhook) -> None:
    call = a_call()
    subscription = subscribe(sink=webhook.url)
    notification = a_change_of(call, subscription, STATUS)
    poller.put(notification)

    assert poller.deliver()
    (received,) = webhook.received
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert received.headers["x-correlator"] == "correlator-1"
    assert "authorization" not in received.headers
    [event] = events_at(webhook)
    assert event["id"] == notification.event_id
    assert event["source"] == "https://api.example.com/camara"
    assert event["data"]["mediaSessionId"] == call
    assert event["data"]["offer"] == {"sdp": OFFER}


def test_any_success_is_a_delivery_that_takes_one_read_and_no_write(
    poller: Poller, webhook: Webhook, requests: Requests, capsys: pytest.CaptureFixture[str]
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(*map(answer, SUCCESSES))
    poller.put(*(a_notification(subscription, status) for status in SUCCESSES))
    requests.clear()

    assert poller.deliver_all() == len(SUCCESSES)
    assert [word for _, word in outcomes(capsys.readouterr().out)] == ["delivered"] * 5
    assert written_in(requests) == []
    assert [name for name, _ in requests].count("GetItem") == len(SUCCESSES)
    assert now_of(subscription) == subscription


@pytest.mark.parametrize("status", FAILURES)
def test_a_redirect_a_fault_and_what_is_about_the_sink_are_failures_of_it(
    poller: Poller, webhook: Webhook, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(status, Location=f"{webhook.url}/elsewhere"))
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert [received.target for received in webhook.received] == ["/hook"]
    assert now_of(subscription).failing_since == NOW
    assert outcomes(capsys.readouterr().out) == [("registration-ends", "failed")]


def test_what_is_about_the_one_event_rejects_it_and_no_other(
    poller: Poller,
    messaging: Messaging,
    webhook: Webhook,
    at_once: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(*map(answer, REJECTIONS))
    sent = [a_notification(subscription, status) for status in (*REJECTIONS, 204)]
    poller.put(*sent)

    assert poller.deliver_all() == len(sent)
    assert ids_at(webhook) == [notification.event_id for notification in sent]
    assert (now_of(subscription), at_once) == (subscription, [])
    assert taken_from(messaging.probes) == []
    words = [word for _, word in outcomes(capsys.readouterr().out)]
    assert words == ["rejected"] * len(REJECTIONS) + ["delivered"]


def test_a_sink_has_three_seconds(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    def post(*_: Any, seconds: float, **__: Any) -> int:
        given.append(seconds)
        return 204

    monkeypatch.setattr(delivery, "post", post)
    poller.put(a_notification(subscribe(sink=webhook.url)))

    assert poller.deliver()
    assert given == [3]


def test_the_sink_gets_its_credential(poller: Poller, webhook: Webhook) -> None:
    token = TOKEN + "x" * 8000
    poller.put(a_notification(subscribe(sink=webhook.url, credential=a_credential(token=token))))

    assert poller.deliver()
    assert webhook.received[0].headers["authorization"] == f"Bearer {token}"


@pytest.mark.parametrize(("status", "reason"), REFUSALS)
def test_a_refusal_ends_the_subscription(
    poller: Poller, webhook: Webhook, status: int, reason: TerminationReason
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(status))
    poller.put(a_notification(subscription), a_notification(subscription, 2))

    assert poller.deliver()
    assert poller.deliver()
    after = now_of(subscription)
    assert (after.ended, after.ended_at, after.failing_since) == (reason, NOW, None)
    assert len(webhook.received) == 1


def test_an_expired_credential_ends_the_subscription(
    poller: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    subscription = subscribe(sink=webhook.url, credential=a_credential(expires_at=NOW + 60))
    poller.put(a_notification(subscription), a_notification(subscription, 2))
    clock.now = NOW + 59

    assert poller.deliver()
    assert len(webhook.received) == 1
    clock.now = NOW + 60
    assert poller.deliver()
    assert len(webhook.received) == 1
    after = now_of(subscription)
    assert (after.ended, after.ended_at) == (TerminationReason.ACCESS_TOKEN_EXPIRED, NOW + 60)


@pytest.mark.parametrize("status", [401, 403, 410])
def test_who_has_a_new_credential_meanwhile_is_asked_again(
    poller: Poller, prober: Poller, webhook: Webhook, at_once: list[int], status: int
) -> None:
    subscription = subscribe(sink=webhook.url, credential=a_credential(token=f"{TOKEN}-1"))

    def refuse(exchange: Any) -> None:
        renew(subscription)
        answer(status)(exchange)

    webhook.then(refuse)
    poller.put(a_notification(subscription))

    assert [poller.deliver(), prober.deliver()] == [True, True]
    sent = [received.headers["authorization"] for received in webhook.received]
    assert sent == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]
    after = now_of(subscription)
    assert (after.ended, after.failing_since, at_once) == (None, None, [5])


def renew(subscription: Subscription) -> None:
    """Give a subscription the second token."""
    token = a_credential(token=f"{TOKEN}-2")
    subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: known.updated(token, None),
    )
