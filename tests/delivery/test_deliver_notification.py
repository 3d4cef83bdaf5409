"""DeliverNotification: what becomes of a notification, and of its subscription."""

import io
import json
from typing import Any

import pytest

from events.credentials import vault
from events.store import subscription_store
from events.subscription import Credential, EventType, Subscription, TerminationReason
from tests.delivery.lambda_poller import Poller, a_change_of, a_notification, an_ending
from tests.integration.conftest import FakeClock
from tests.support.api import a_call
from tests.support.builders import NOW, OFFER, a_subscription, subscription_id
from tests.support.contract import check_notification
from tests.support.emf import metrics_in
from tests.support.messaging import subscribe
from tests.support.webhook import Webhook, answer

TOKEN = "made-up-sink-token"
REFUSALS = [
    (401, TerminationReason.ACCESS_TOKEN_EXPIRED),
    (403, TerminationReason.ACCESS_TOKEN_EXPIRED),
    (410, TerminationReason.NETWORK_TERMINATED),
]


def now_of(subscription: Subscription) -> Subscription:
    return subscription_store().read(subscription.number, subscription.subscription_id)


def a_credential(number: int = 1, token: str = TOKEN, expires_at: int = NOW + 60) -> Credential:
    return vault().seal(subscription_id(number), token, expires_at)


def outcomes(log: str) -> list[tuple[str, str]]:
    """Return type and outcome, the last word of each, as the metric has them."""
    found = [dict(metric.dimensions) for metric in metrics_in(log) if metric.name == "Notification"]
    return [(metric["type"].rpartition(".")[2], metric["outcome"]) for metric in found]


def test_a_notification_is_posted(poller: Poller, webhook: Webhook) -> None:
    call = a_call()
    subscription = subscribe(sink=webhook.url)
    notification = a_change_of(call, subscription, EventType.SESSION_STATUS)
    poller.put(notification)

    assert poller.deliver()
    (received,) = webhook.received
    assert received.headers["content-type"] == "application/cloudevents+json"
    assert received.headers["x-correlator"] == "correlator-1"
    assert "authorization" not in received.headers
    event = check_notification(received.body)
    assert event["id"] == notification.event_id
    assert event["source"] == "https://api.example.com/camara"
    assert event["data"]["mediaSessionId"] == call
    assert event["data"]["offer"] == {"sdp": OFFER}
    after = now_of(subscription)
    assert (after.delivered, after.last_event_id) == (1, notification.event_id)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_a_delivery(poller: Poller, webhook: Webhook, status: int) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(status))
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert now_of(subscription).delivered == 1


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 404, 405, 429, 500, 503, 600])
def test_anything_else_is_tried_again(poller: Poller, webhook: Webhook, status: int) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(status, Location=f"{webhook.url}/elsewhere"))
    poller.put(a_notification(subscription))

    assert not poller.deliver()
    assert now_of(subscription) == subscription
    assert len(webhook.received) == 1


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
    assert (after.ended, after.ended_at, after.delivered) == (reason, NOW, 0)
    assert len(webhook.received) == 1


def test_an_expired_credential_ends_the_subscription(
    poller: Poller, webhook: Webhook, time_stands_still: FakeClock
) -> None:
    subscription = subscribe(sink=webhook.url, credential=a_credential(expires_at=NOW + 60))
    poller.put(a_notification(subscription), a_notification(subscription, 2))
    time_stands_still.now = NOW + 59

    assert poller.deliver()
    assert len(webhook.received) == 1
    time_stands_still.now = NOW + 60
    assert poller.deliver()
    assert len(webhook.received) == 1
    after = now_of(subscription)
    assert (after.ended, after.ended_at) == (TerminationReason.ACCESS_TOKEN_EXPIRED, NOW + 60)


@pytest.mark.parametrize("status", [401, 403, 410])
def test_who_has_a_new_credential_meanwhile_is_asked_again(
    poller: Poller, webhook: Webhook, at_once: None, status: int
) -> None:
    del at_once
    subscription = subscribe(sink=webhook.url, credential=a_credential(token=f"{TOKEN}-1"))
    renewed = a_credential(token=f"{TOKEN}-2")

    def refuse(exchange: Any) -> None:
        subscription_store().change(
            subscription.number,
            subscription.subscription_id,
            lambda known: known.updated(renewed, None),
        )
        answer(status)(exchange)

    webhook.then(refuse)
    poller.put(a_notification(subscription))

    assert [poller.deliver(), poller.deliver()] == [False, True]
    sent = [received.headers["authorization"] for received in webhook.received]
    assert sent == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]
    assert now_of(subscription).ended is None


@pytest.mark.parametrize(
    "changes",
    [
        {"ended": TerminationReason.SUBSCRIPTION_DELETED, "ended_at": NOW},
        {"ends_at": NOW},
        {"ends_at": NOW - 1},
    ],
)
def test_a_subscription_that_is_over_hears_nothing_else(
    poller: Poller, webhook: Webhook, changes: dict[str, Any]
) -> None:
    subscription = subscribe(sink=webhook.url, **changes)
    poller.put(a_notification(subscription))

    assert poller.deliver()
    assert webhook.received == []
    assert now_of(subscription) == subscription


def test_a_subscription_that_is_gone_hears_nothing(poller: Poller, webhook: Webhook) -> None:
    poller.put(a_notification(a_subscription(sink=webhook.url)))

    assert poller.deliver()
    assert webhook.received == []


@pytest.mark.parametrize("credential", [True, False])
@pytest.mark.parametrize(
    "reason", [TerminationReason.SUBSCRIPTION_DELETED, TerminationReason.ACCESS_TOKEN_EXPIRED]
)
def test_the_end_is_told_with_the_credential_if_there_is_one(
    poller: Poller,
    webhook: Webhook,
    reason: TerminationReason,
    credential: bool,  # noqa: FBT001
) -> None:
    subscription = subscribe(
        sink=webhook.url,
        ended=reason,
        ended_at=NOW,
        ends_at=NOW,
        credential=a_credential(expires_at=NOW - 1) if credential else None,
    )
    poller.put(an_ending(subscription))

    assert poller.deliver()
    (received,) = webhook.received
    assert check_notification(received.body)["type"] == EventType.SUBSCRIPTION_ENDED
    expected = f"Bearer {TOKEN}" if credential else None
    assert received.headers.get("authorization") == expected


@pytest.mark.parametrize("status", [401, 403, 410])
def test_a_sink_that_does_not_want_to_hear_of_the_end_is_left_alone(
    poller: Poller, webhook: Webhook, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    subscription = subscribe(
        sink=webhook.url, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW
    )
    webhook.then(answer(status))
    poller.put(an_ending(subscription))

    assert poller.deliver()
    assert now_of(subscription) == subscription
    assert outcomes(capsys.readouterr().out) == [("subscription-ended", "refused")]


def test_as_many_as_were_wanted_are_delivered_and_then_it_has_ended(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url, max_events=2)
    poller.put(*(a_notification(subscription, number) for number in (1, 2, 3)))

    assert poller.deliver_all() == 3
    after = now_of(subscription)
    assert (after.ended, after.ended_at) == (TerminationReason.MAX_EVENTS_REACHED, NOW)
    poller.put(an_ending(subscription))
    assert poller.deliver()
    events = [check_notification(received.body) for received in webhook.received]
    assert [event["type"].rpartition(".")[2] for event in events] == [
        "registration-ends",
        "registration-ends",
        "subscription-ended",
    ]
    assert now_of(subscription).ended is TerminationReason.MAX_EVENTS_REACHED


def test_to_a_call_that_is_stored_no_more_nobody_is_invited(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url, type=EventType.SESSION_INVITATION)
    poller.put(a_change_of("gone", subscription, EventType.SESSION_INVITATION))

    assert poller.deliver()
    assert webhook.received == []
    assert now_of(subscription) == subscription


def test_how_a_call_ended_is_told_though_it_is_stored_no_more(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url, type=EventType.SESSION_STATUS)
    poller.put(a_change_of("gone", subscription, EventType.SESSION_STATUS))

    assert poller.deliver()
    [received] = webhook.received
    event = check_notification(received.body)
    assert event["data"]["mediaSessionId"] == "gone"
    assert "originatorAddress" not in event["data"]


def test_the_log_tells_which_and_what_became_of_it_and_nothing_personal(
    poller: Poller, webhook: Webhook, logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    subscription = subscribe(sink=webhook.url, credential=a_credential())
    notification = a_change_of(a_call(), subscription, EventType.SESSION_STATUS)
    logged.truncate(0)
    logged.seek(0)
    capsys.readouterr()
    webhook.then(answer(500))
    poller.put(notification)

    assert not poller.deliver()
    told = logged.getvalue()
    lines = [json.loads(line) for line in told.splitlines()]
    info = next(line for line in lines if line["level"] == "INFO")
    assert info["message"] == "DeliverNotification"
    assert info["subscriptionId"] == subscription.subscription_id
    assert info["eventId"] == notification.event_id
    assert info["type"] == notification.type
    assert info["outcome"] == "failed"
    out = capsys.readouterr().out
    for secret in (TOKEN, webhook.url, str(webhook.port), subscription.number):
        assert secret not in told + out


@pytest.mark.parametrize(
    ("status", "outcome"), [(204, "delivered"), (500, "failed"), (410, "refused")]
)
def test_outcomes_are_counted_and_the_lag_of_what_was_delivered(
    poller: Poller,
    webhook: Webhook,
    capsys: pytest.CaptureFixture[str],
    status: int,
    outcome: str,
) -> None:
    webhook.then(answer(status))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    poller.deliver()

    out = capsys.readouterr().out
    assert outcomes(out) == [("registration-ends", outcome)]
    lags = [(m.value, m.unit) for m in metrics_in(out) if m.name == "NotificationLag"]
    assert lags == ([(3, "Seconds")] if outcome == "delivered" else [])


def test_an_event_of_a_moment_to_come_has_no_lag(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    poller.put(a_notification(subscribe(sink=webhook.url), time="2027-01-15T08:00:01Z"))
    poller.deliver()

    out = capsys.readouterr().out
    assert [m.value for m in metrics_in(out) if m.name == "NotificationLag"] == [0]
