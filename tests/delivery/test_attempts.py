"""Whatever fails that is not the sink: each is told, in order, under one id; nobody is marked."""

from typing import Any

import pytest

from camara.scope import EventType
from notifications.store import SubscriptionStore
from notifications.subscription import Subscription
from tests.support.builders import NOW, a_registration
from tests.support.configured import configure
from tests.support.evidence import a_credential, ids_at, now_of
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.lambda_poller import Poller, a_change_of, a_notification
from tests.support.marked import behind
from tests.support.messaging import failing, subscribe
from tests.support.webhook import Webhook, answer


class Killed(BaseException):
    """The function's process is no more; nothing of it runs on."""


def ids(subscription: Subscription, *numbers: int) -> list[str]:
    return [a_notification(subscription, number).event_id for number in numbers]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "Decrypt"])
def test_what_does_not_serve_us_marks_and_ends_no_subscription(
    poller: Poller, webhook: Webhook, operation: str
) -> None:
    subscription = subscribe(
        sink=webhook.url, credential=a_credential(expires_at=NOW + 3600), max_events=9
    )
    poller.put(*(a_notification(subscription, number) for number in (1, 2)))

    for _ in range(13):
        with pytest.MonkeyPatch.context() as patch:
            failing(patch, operation, client_error("ThrottlingException"))
            assert not poller.deliver()
    assert now_of(subscription) == subscription
    assert poller.deliver_all() == 2
    assert list(dict.fromkeys(ids_at(webhook))) == ids(subscription, 1, 2)
    assert now_of(subscription).delivered == 2


def test_while_one_waits_for_us_those_after_it_wait_and_nobody_else(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = subscribe(1, sink=webhook.url, credential=a_credential())
    other = subscribe(2, of=a_registration(device=2), sink=webhook.url)
    failing(monkeypatch, "Decrypt", client_error("KMSInternalException"))
    poller.put(a_notification(waiting, 1), a_notification(waiting, 2), a_notification(other, 1))

    assert poller.deliver_all() == 2
    assert ids_at(webhook) == ids(other, 1)


@pytest.mark.parametrize(("status", "operation"), [(204, "PutItem"), (401, "TransactWriteItems")])
def test_what_became_of_it_is_written_down_when_we_are_served_again(
    poller: Poller, webhook: Webhook, at_once: list[int], status: int, operation: str
) -> None:
    subscription = subscribe(sink=webhook.url, max_events=9)
    webhook.then(answer(status), answer(status))
    poller.put(a_notification(subscription))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, operation, client_error("InternalServerError"))
        assert not poller.deliver()
    assert (now_of(subscription), at_once) == (subscription, [5])
    assert poller.deliver()
    after = now_of(subscription)
    assert (after.delivered, after.ended is None) == ((1, True) if status == 204 else (0, False))


def test_what_cannot_be_remembered_is_not_sent_again_for_that(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = behind(webhook)
    poller.put(a_change_of("gone", subscription, EventType.SESSION_STATUS))
    failing(monkeypatch, "PutItem", client_error("InternalServerError"))

    assert poller.deliver()
    assert len(webhook.received) == 1
    assert now_of(subscription) == subscription


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

    assert ids_at(webhook) == ids(subscription, 1, 1, 2)
    assert now_of(subscription).delivered == 2


@pytest.mark.parametrize(("max_events", "times"), [(None, 2), (2, 1), (1, 1)])
def test_killed_before_the_acknowledgement_only_what_is_counted_is_not_sent_again(
    poller: Poller, webhook: Webhook, max_events: int | None, times: int
) -> None:
    subscription = subscribe(sink=webhook.url, max_events=max_events)
    poller.put(a_notification(subscription))
    event = poller.receive()
    assert event is not None

    # The function has done its work, and the message is still there.
    assert poller.invoke(event)
    assert poller.finish(event)
    assert ids_at(webhook) == ids(subscription, *[1] * times)
    assert now_of(subscription).delivered == (1 if max_events else 0)


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
        assert poller.invoke(event)
        answer(204)(exchange)

    webhook.then(overtaken)

    assert poller.finish(event)
    after = now_of(subscription)
    assert (after.delivered, after.ended) == (1, None)
    assert ids_at(webhook) == ids(subscription, 1, 1)


def test_a_sink_that_may_not_be_reached_any_more_has_failed(
    poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribe(sink=webhook.url)
    poller.put(a_notification(subscription))
    configure(monkeypatch, LOOPBACK_SINKS="false")

    assert poller.deliver()
    assert webhook.received == []
    assert now_of(subscription).failures == 1
