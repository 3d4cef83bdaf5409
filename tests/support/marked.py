"""Subscriptions whose sink fails, or has failed, and what they are asked, or told, with."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from notifications.notification import CatchUp, Notification, message_from
from notifications.store import subscription_store
from notifications.subscription import Subscription
from tests.support.builders import NOW, a_subscription
from tests.support.lambda_poller import HAPPENED, Poller
from tests.support.messaging import subscribe, taken_from
from tests.support.webhook import Webhook

SINCE = HAPPENED - 600
"""From when on a sink may have missed how calls ended, if it did not take what happened then."""

LONG_AGO = NOW - 900
"""No delay is longer."""


def marked(
    make: Callable[[Subscription], Notification], /, **changes: Any
) -> tuple[Subscription, Notification]:
    """Store a subscription whose sink has failed to take what is made for it, and may be asked."""
    mark = {"failing_since": NOW, "failures": 1, "failed_at": LONG_AGO, "behind_since": SINCE}
    notification = make(a_subscription())
    subscription = subscribe(1, **mark | {"probe": notification.event_id} | changes)
    return subscription, notification


def behind(webhook: Webhook, which: int = 1, /, **changes: Any) -> Subscription:
    """Store a subscription (Alice's, if not said) whose sink works again, and has missed much."""
    state = {"behind_since": SINCE, "failures": 1, "failed_at": LONG_AGO, "cleared_at": NOW}
    made = {"starts_at": LONG_AGO, "sink": webhook.url}
    return subscribe(which, **state | made | changes)


def catch_up(poller: Poller, subscription: Subscription, context: Any = None) -> None:
    """Have its sink catch up."""
    poller.put(CatchUp.of(subscription))
    assert poller.deliver(context)


def change(subscription: Subscription, **changes: Any) -> None:
    """Change a subscription as somebody else does meanwhile."""
    subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: replace(known, version=known.version + 1, **changes),
    )


def kept_in(probes: str) -> list[str]:
    """Take from the queue of probes with which events sinks are to be asked again."""
    return [message["event_id"] for message in taken_from(probes)]


def catch_ups_in(queue: str) -> list[CatchUp]:
    """Take from a queue all that is to be caught up with; leave nothing else in it."""
    found = [message_from(json.dumps(message)) for message in taken_from(queue)]
    return [message for message in found if isinstance(message, CatchUp)]
