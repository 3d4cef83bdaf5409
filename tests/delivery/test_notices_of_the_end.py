"""That a subscription has ended its sink is told, for a while; who knows, or is lost, once."""

from typing import Any

import pytest

from notifications.subscription import Subscription, TerminationReason
from tests.support.builders import NOW
from tests.support.evidence import ids_at, now_of
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_poller import Poller, an_ending
from tests.support.messaging import failing, subscribe, taken_from
from tests.support.on_moto import Messaging
from tests.support.webhook import Webhook, answer

TOLD_ONCE = {TerminationReason.NETWORK_TERMINATED, TerminationReason.SUBSCRIPTION_DELETED}

pytestmark = pytest.mark.usefixtures("at_once")


def ended(webhook: Webhook, reason: TerminationReason, **changes: Any) -> Subscription:
    return subscribe(sink=webhook.url, ended=reason, ended_at=NOW, **changes)


@pytest.mark.parametrize("reason", sorted(set(TerminationReason) - TOLD_ONCE))
def test_a_sink_that_fails_is_told_of_the_end_five_times_more(
    poller: Poller, prober: Poller, webhook: Webhook, at_once: list[int], reason: TerminationReason
) -> None:
    subscription = ended(webhook, reason)
    webhook.then(*[answer(500)] * 20)
    poller.put(an_ending(subscription))

    assert (poller.deliver_all(), prober.deliver_all()) == (1, 5)
    assert ids_at(webhook) == [an_ending(subscription).event_id] * 6
    assert at_once == [5, 10, 20, 40, 80]
    assert now_of(subscription) == subscription


@pytest.mark.parametrize("reason", sorted(TOLD_ONCE))
def test_who_has_ended_it_and_who_was_lost_is_told_of_the_end_once(
    poller: Poller, prober: Poller, webhook: Webhook, reason: TerminationReason
) -> None:
    subscription = ended(webhook, reason)
    webhook.then(answer(500))
    poller.put(an_ending(subscription))

    assert (poller.deliver_all(), prober.deliver_all()) == (1, 0)
    assert len(webhook.received) == 1


@pytest.mark.parametrize("status", [204, 401, 410])
def test_whoever_answers_is_told_no_more(
    poller: Poller, prober: Poller, messaging: Messaging, webhook: Webhook, status: int
) -> None:
    subscription = ended(webhook, TerminationReason.MAX_EVENTS_REACHED)
    webhook.then(answer(500), answer(500), answer(status))
    poller.put(an_ending(subscription))

    assert (poller.deliver_all(), prober.deliver_all()) == (1, 2)
    assert len(webhook.received) == 3
    assert now_of(subscription) == subscription
    assert taken_from(messaging.queue) == []


def test_one_that_failed_until_its_end_is_told_of_it_too(
    poller: Poller, prober: Poller, webhook: Webhook
) -> None:
    subscription = ended(
        webhook, TerminationReason.SUBSCRIPTION_EXPIRED, failing_since=NOW, probe="lost"
    )
    webhook.then(answer(500))
    poller.put(an_ending(subscription))

    assert (poller.deliver_all(), prober.deliver_all()) == (1, 1)
    assert ids_at(webhook) == [an_ending(subscription).event_id] * 2


def test_a_fault_of_ours_loses_no_notice(poller: Poller, prober: Poller, webhook: Webhook) -> None:
    subscription = ended(webhook, TerminationReason.MAX_EVENTS_REACHED)
    webhook.then(answer(500))
    poller.put(an_ending(subscription))

    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "SendMessage", client_error("ServiceUnavailable"))
        assert not poller.deliver()
    webhook.then(answer(500))
    assert poller.deliver()
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, "GetItem", client_error("InternalServerError"))
        assert not prober.deliver()
    assert prober.deliver()
    assert ids_at(webhook) == [an_ending(subscription).event_id] * 3
