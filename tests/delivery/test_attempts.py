"""Again and again until it is there: in order, with one id, whatever fails in between."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from events import deliver_notification
from events.credentials import vault
from events.store import SubscriptionStore, subscription_store
from events.subscription import Subscription
from tests.delivery.lambda_poller import Poller, a_notification
from tests.support.builders import NOW, subscription_id
from tests.support.contract import check_notification
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.messaging import Requests, failing, subscribe
from tests.support.webhook import Behaviour, Webhook, answer, drop, hang


class Killed(BaseException):
    """The function's process is no more; nothing of it runs on."""


def ids(webhook: Webhook) -> list[str]:
    """Return the ids of all that was received, each held against the contract."""
    return [check_notification(received.body)["id"] for received in webhook.received]


def now_of(subscription: Subscription) -> Subscription:
    return subscription_store().read(subscription.number, subscription.subscription_id)


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver_notification, "SINK_SECONDS", 0.3)


@pytest.mark.usefixtures("at_once", "_short")
@pytest.mark.parametrize(
    "trouble", [[answer(500)] * 5, [hang], [drop] * 3, [drop, answer(503), hang, answer(302)]]
)
def test_each_is_delivered_once_in_order_after_any_trouble(
    poller: Poller, webhook: Webhook, trouble: list[Behaviour]
) -> None:
    subscription = subscribe(sink=webhook.url)
    notifications = [a_notification(subscription, number) for number in (1, 2, 3)]
    webhook.then(*trouble)
    poller.put(*notifications)

    assert poller.deliver_all() == len(trouble) + 3
    first, *others = [notification.event_id for notification in notifications]
    assert ids(webhook) == [first] * len(trouble) + [first, *others]
    assert now_of(subscription).delivered == 3


def test_while_one_waits_those_after_it_wait_and_nobody_else(
    poller: Poller, webhook: Webhook
) -> None:
    slow, other = subscribe(1, sink=webhook.url), subscribe(2, sink=webhook.url)
    webhook.then(answer(500))
    poller.put(a_notification(slow, 1), a_notification(slow, 2), a_notification(other, 1))

    assert poller.deliver_all() == 2
    assert ids(webhook) == [a_notification(slow, 1).event_id, a_notification(other, 1).event_id]


@pytest.mark.parametrize("attempt", [1, 2, 5, 12])
def test_the_next_attempt_is_later_each_time(
    poller: Poller, webhook: Webhook, requests: Requests, attempt: int
) -> None:
    webhook.then(answer(500))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    event = poller.receive()
    assert event is not None
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(attempt)

    assert not poller.finish(event)
    [delayed] = [arguments for name, arguments in requests if name == "ChangeMessageVisibility"]
    assert delayed["VisibilityTimeout"] == deliver_notification.delay_seconds(attempt)
    assert delayed["ReceiptHandle"] == event["Records"][0]["receiptHandle"]


@pytest.mark.parametrize(
    "error", [client_error("ServiceUnavailable"), EndpointConnectionError(endpoint_url="x")]
)
def test_what_cannot_be_delayed_comes_again_all_the_same(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    webhook.then(answer(500))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    failing(monkeypatch, "ChangeMessageVisibility", error)

    assert not poller.deliver()
    assert poller.receive() is None


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "Decrypt"])
@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_what_does_not_serve_us_ends_no_subscription(
    poller: Poller, webhook: Webhook, operation: str, code: str
) -> None:
    credential = vault().seal(subscription_id(), "made-up-sink-token", NOW + 60)
    subscription = subscribe(sink=webhook.url, credential=credential)
    poller.put(a_notification(subscription))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, operation, client_error(code))
        assert not poller.deliver()
    assert now_of(subscription) == subscription
    assert poller.deliver()
    assert set(ids(webhook)) == {a_notification(subscription).event_id}
    assert now_of(subscription).delivered == 1


@pytest.mark.parametrize("status", [204, 401, 410])
def test_an_outage_is_waited_for_as_long_as_a_sink_is(
    poller: Poller,
    webhook: Webhook,
    requests: Requests,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    webhook.then(answer(status))
    poller.put(a_notification(subscribe(sink=webhook.url)))
    failing(monkeypatch, "PutItem", client_error("InternalServerError"))

    assert not poller.deliver()
    assert [name for name, _ in requests][-1] == "ChangeMessageVisibility"


@pytest.mark.usefixtures("at_once")
def test_killed_after_the_post_the_same_id_is_sent_again(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribe(sink=webhook.url, max_events=2)
    poller.put(a_notification(subscription, 1), a_notification(subscription, 2))

    def kill(*_: Any) -> None:
        raise Killed

    event = poller.receive()
    assert event is not None
    with monkeypatch.context() as patch:
        patch.setattr(SubscriptionStore, "change", kill)
        with pytest.raises(Killed):
            poller.finish(event)
    # The queue shows the message again when its visibility timeout is up.
    assert poller.finish(event)
    assert poller.deliver()

    first, second = (a_notification(subscription, number).event_id for number in (1, 2))
    assert ids(webhook) == [first, first, second]
    assert now_of(subscription).delivered == 2


def test_killed_before_the_acknowledgement_nothing_is_sent_again(
    poller: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url)
    poller.put(a_notification(subscription))
    event = poller.receive()
    assert event is not None

    # The function has done its work, and the message is still there.
    assert deliver_notification.handler(event, None) == {"batchItemFailures": []}  # type: ignore[arg-type]
    assert poller.finish(event)
    assert ids(webhook) == [a_notification(subscription).event_id]
    assert now_of(subscription).delivered == 1


def test_the_last_of_so_many_is_not_sent_again_either(poller: Poller, webhook: Webhook) -> None:
    subscription = subscribe(sink=webhook.url, max_events=1)
    poller.put(a_notification(subscription))
    event = poller.receive()
    assert event is not None

    assert [poller.finish(event), poller.finish(event)] == [True, True]
    assert len(webhook.received) == 1


def test_what_was_counted_though_the_answer_was_lost_is_counted_once(
    poller: Poller, webhook: Webhook, dynamo: FaultyDynamoDB
) -> None:
    subscription = subscribe(sink=webhook.url, max_events=2)
    poller.put(a_notification(subscription))
    event = poller.receive()
    assert event is not None
    # Two reads of the subscription, then the write.
    dynamo.lose_answers(1, after=2)

    assert poller.finish(event)
    after = now_of(subscription)
    assert (after.delivered, after.ended) == (1, None)
    assert len(webhook.received) == 1


def test_what_is_delivered_twice_at_once_is_counted_once(poller: Poller, webhook: Webhook) -> None:
    subscription = subscribe(sink=webhook.url, max_events=2)
    poller.put(a_notification(subscription))
    event = poller.receive()
    assert event is not None

    def overtaken(exchange: Any) -> None:
        assert deliver_notification.handler(event, None) == {"batchItemFailures": []}  # type: ignore[arg-type]
        answer(204)(exchange)

    webhook.then(overtaken)

    assert poller.finish(event)
    after = now_of(subscription)
    assert (after.delivered, after.ended) == (1, None)
    assert ids(webhook) == [a_notification(subscription).event_id] * 2


@pytest.mark.usefixtures("at_once")
def test_a_message_that_nobody_can_read_comes_again_until_it_is_put_aside(
    poller: Poller, webhook: Webhook
) -> None:
    poller.put(a_notification(subscribe(sink=webhook.url)))
    event = poller.receive()
    assert event is not None
    event["Records"][0]["body"] = "{}"

    assert not poller.finish(event)


@pytest.mark.usefixtures("at_once")
def test_a_sink_that_may_not_be_reached_any_more_is_tried_again(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribe(sink=webhook.url)
    poller.put(a_notification(subscription))
    monkeypatch.setenv("LOOPBACK_SINKS", "false")

    assert not poller.deliver()
    assert webhook.received == []
    assert now_of(subscription) == subscription
