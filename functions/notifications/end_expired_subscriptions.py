"""Sweep of subscriptions that have expired, or whose access token is about to.

An expired subscription is not notified any more. The sweep's write puts its end into the table's
stream, from which the sink is notified of the end. Source: ADR 4 and 6.
"""

from typing import Any, NamedTuple

from aws import clock, log
from aws.stale_index import StaleIndex
from aws.sweep import HasTime, Sweep, sweep_overdue
from camara.errors import NotFound
from camara.identity import SubscriberKey
from notifications.notification import CatchUp
from notifications.queues import notification_queue
from notifications.settings import settings
from notifications.store import subscription_store


class _Key(NamedTuple):
    """The key of a subscription in its table."""

    subscriber_key: SubscriberKey
    subscription_id: str

    @classmethod
    def of(cls, item: dict[str, Any]) -> "_Key":
        """Take the key out of an item."""
        return cls(SubscriberKey(item["number"]["S"]), item["subscriptionId"]["S"])


def end_expired_subscriptions(has_time: HasTime) -> dict[str, int]:
    """Return how many subscriptions were found, ended and left.

    Raises ``Unavailable`` when expired ones cannot be found.
    """
    index = StaleIndex(settings().subscriptions_table, "StaleSubscriptions", _Key.of)
    return sweep_overdue("subscriptions", index, _end, has_time, _report)


def _end(key: _Key) -> bool:
    """End a subscription if it is due; tell whether it is over now.

    It is not if it has been prolonged, or if it was due because its probe or its message to catch
    up was lost: then the mark is cleared, and a new message to catch up is queued. A malformed one
    is logged and skipped.
    """
    try:
        known = subscription_store().change(*key, lambda known: known.settled(clock.now()))
    except NotFound:
        return False
    except (KeyError, ValueError, TypeError) as error:
        log.logger().error(
            "SweepExpired",
            subscriptionId=key.subscription_id,
            outcome="malformed",
            fault=type(error).__name__,
        )
        return False
    if known.behind_since is not None and known.is_active(clock.now()):
        notification_queue().put([CatchUp.of(known)])
    return known.ended is not None


def _report(sweep: Sweep[_Key, bool]) -> dict[str, int]:
    return {"found": sweep.found, "ended": sum(sweep.done), "left": sweep.left}
