"""What log and metrics tell of deliveries, and that it is nothing personal."""

import io
import json

import pytest

from camara.scope import EventType
from tests.support.api import a_call, put
from tests.support.builders import BOB, a_subscription
from tests.support.emf import metrics_in
from tests.support.evidence import TOKEN, a_credential, ids_at, outcomes, values_of
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_poller import Poller, a_change_of, a_notification
from tests.support.messaging import failing, subscribe
from tests.support.webhook import Webhook, answer


def test_the_log_tells_which_and_what_became_of_it_and_nothing_personal(
    poller: Poller,
    prober: Poller,
    webhook: Webhook,
    at_once: list[int],
    logged: io.StringIO,
    capsys: pytest.CaptureFixture[str],
) -> None:
    del at_once
    subscription = subscribe(sink=webhook.url, credential=a_credential())
    notification = a_change_of(a_call(), subscription, EventType.SESSION_STATUS)
    logged.truncate(0)
    logged.seek(0)
    capsys.readouterr()
    webhook.then(answer(500), answer(500))
    poller.put(notification)

    assert poller.deliver()
    assert not prober.deliver()
    told = logged.getvalue()
    infos = [line for line in map(json.loads, told.splitlines()) if line["level"] == "INFO"]
    assert [info["message"] for info in infos] == ["DeliverNotification", "ProbeSink"]
    for info in infos:
        assert info["subscriptionId"] == subscription.subscription_id
        assert info["eventId"] == notification.event_id
        assert info["type"] == notification.type
        assert (info["mediaSessionId"], info["version"]) == (notification.media_session_id, 2)
        assert info["outcome"] == "failed"
    out = capsys.readouterr().out
    for secret in (TOKEN, webhook.url, str(webhook.port), subscription.subscriber_key):
        assert secret not in told + out


def test_of_a_probe_the_log_tells_what_the_sink_was_told(
    poller: Poller, prober: Poller, webhook: Webhook, at_once: list[int], logged: io.StringIO
) -> None:
    """The call has moved on since the event that the sink did not take."""
    del at_once
    call = a_call()
    webhook.then(answer(500))
    poller.put(a_change_of(call, subscribe(sink=webhook.url), EventType.SESSION_STATUS))
    poller.deliver()
    put(BOB, call, "Proceeding")
    prober.deliver()

    last = json.loads(logged.getvalue().splitlines()[-1])
    assert (last["message"], last["outcome"], last["version"]) == ("ProbeSink", "delivered", 3)
    assert last["eventId"] == ids_at(webhook)[-1]


def test_all_that_is_counted_of_a_delivery_is_in_one_line(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each byte of the log is paid."""
    poller.put(a_notification(subscribe(sink=webhook.url)))
    capsys.readouterr()
    poller.deliver()

    [line] = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert {metric.name for metric in metrics_in(line)} >= {"SinkFailed", "Notification"}


@pytest.mark.parametrize(
    ("status", "outcome"), [(204, "delivered"), (500, "failed"), (410, "refused")]
)
def test_outcomes_are_counted_and_the_lag_of_what_was_delivered(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str], status: int, outcome: str
) -> None:
    webhook.then(answer(status))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    poller.deliver()

    out = capsys.readouterr().out
    assert outcomes(out) == [("registration-ends", outcome)]
    lags = [(m.value, m.unit) for m in metrics_in(out) if m.name == "NotificationLag"]
    assert lags == ([(3, "Seconds")] if outcome == "delivered" else [])


@pytest.mark.parametrize(
    ("status", "failed"), [(204, [0]), (400, [0]), (410, [0]), (500, [1]), (302, [1])]
)
def test_of_all_attempts_it_is_counted_which_share_fails(
    poller: Poller,
    webhook: Webhook,
    capsys: pytest.CaptureFixture[str],
    status: int,
    failed: list[float],
) -> None:
    webhook.then(answer(status))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    poller.deliver()

    assert values_of("SinkFailed", capsys.readouterr().out) == failed


def test_what_is_not_sent_has_no_share_in_that(
    poller: Poller,
    prober: Poller,
    webhook: Webhook,
    at_once: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    del at_once
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(500), answer(500))
    poller.put(a_notification(a_subscription(9)), a_notification(subscription))
    poller.deliver_all()
    poller.put(a_notification(subscription, 2))
    poller.deliver_all()
    prober.deliver_all()

    out = capsys.readouterr().out
    assert outcomes(out) == [
        ("registration-ends", outcome)
        for outcome in ("dropped", "failed", "skipped", "failed", "delivered")
    ]
    assert values_of("SinkFailed", out) == [1, 1, 0]


def test_a_fault_of_ours_is_told_with_the_change_that_it_was_about(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    call = a_call()
    poller.put(a_change_of(call, subscribe(sink=webhook.url), EventType.SESSION_STATUS))
    failing(monkeypatch, "GetItem", client_error("InternalServerError"))
    poller.deliver()

    [fault] = [each for each in map(json.loads, logged.getvalue().splitlines()) if "fault" in each]
    assert (fault["mediaSessionId"], fault["version"]) == (call, 2)
    assert fault["fault"] == "Unavailable"


def test_a_fault_of_ours_is_no_failure_of_the_sink(
    poller: Poller,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    poller.put(a_notification(subscribe(sink=webhook.url)))
    failing(monkeypatch, "GetItem", client_error("InternalServerError"))
    poller.deliver()

    out = capsys.readouterr().out
    assert outcomes(out) == [("registration-ends", "failed")]
    assert values_of("SinkFailed", out) == []
    [failed] = [m for m in metrics_in(out) if m.name == "RecordFailed"]
    assert dict(failed.dimensions)["function"] == "DeliverNotification"


def test_an_event_of_a_moment_to_come_has_no_lag(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    poller.put(a_notification(subscribe(sink=webhook.url), time="2027-01-15T08:00:01Z"))
    poller.deliver()

    assert values_of("NotificationLag", capsys.readouterr().out) == [0]
