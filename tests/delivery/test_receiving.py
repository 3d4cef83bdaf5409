"""One message of either queue: it is done with, or it comes again, later each time."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.support.evidence import ids_at, now_of
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_context import a_lambda_context
from tests.support.lambda_poller import Poller, a_notification
from tests.support.messaging import answering, failing, subscribe
from tests.support.webhook import Webhook


@pytest.fixture(params=["poller", "prober"])
def polled(request: pytest.FixtureRequest) -> Poller:
    """Either queue, with the function that it is for."""
    poller: Poller = request.getfixturevalue(request.param)
    return poller


@pytest.mark.parametrize(
    ("times", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 40), (100, 40)]
)
def test_after_a_fault_of_ours_it_comes_later_each_time_but_soon(
    polled: Poller,
    webhook: Webhook,
    at_once: list[int],
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    seconds: int,
) -> None:
    polled.put(a_notification(subscribe(sink=webhook.url)))
    event = polled.receive(times)
    assert event is not None
    failing(monkeypatch, "GetItem", client_error("InternalServerError"))

    assert not polled.finish(event)
    assert at_once == [seconds]
    # It is this very message that was delayed.
    assert polled.receive() is not None


@pytest.mark.parametrize(
    "error", [client_error("ServiceUnavailable"), EndpointConnectionError(endpoint_url="x")]
)
def test_what_cannot_be_delayed_comes_again_when_the_queue_shows_it(
    polled: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    polled.put(a_notification(subscribe(sink=webhook.url)))
    failing(monkeypatch, "GetItem", client_error("InternalServerError"))
    failing(monkeypatch, "ChangeMessageVisibility", error)

    assert not polled.deliver()
    assert polled.receive() is None


def test_without_time_nothing_is_asked_of_aws_and_it_comes_again(
    polled: Poller, webhook: Webhook
) -> None:
    subscription = subscribe(sink=webhook.url)
    polled.put(a_notification(subscription))

    assert not polled.deliver(a_lambda_context(seconds=5))
    assert webhook.received == []
    assert now_of(subscription) == subscription


@pytest.mark.parametrize("body", ["{}", "[]", "", '{"key": 1}', '{"type": "no such event"}'])
def test_what_nobody_can_read_comes_again_until_it_is_put_aside(
    polled: Poller, webhook: Webhook, at_once: list[int], body: str
) -> None:
    polled.put(a_notification(subscribe(sink=webhook.url)))
    event = polled.receive()
    assert event is not None
    event["Records"][0]["body"] = body

    assert not polled.finish(event)
    assert (at_once, webhook.received) == ([5], [])


def test_whatever_goes_wrong_with_us_the_event_is_told_in_the_end(
    poller: Poller, webhook: Webhook, at_once: list[int]
) -> None:
    notification = a_notification(subscribe(sink=webhook.url))
    poller.put(notification)

    def fault(_: dict[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.MonkeyPatch.context() as patch:
        answering(patch, "GetItem", fault)
        assert not poller.deliver()
    assert poller.deliver()
    assert (ids_at(webhook), at_once) == ([notification.event_id], [5])
