"""EndExpiredSubscriptions: ends the subscriptions whose time, or whose access token's, is up.

Invoked every minute by EventBridge Scheduler. An expired subscription hears nothing from its last
second on; this is what tells the stream, and so the sink. Source: ADR 4 and 6.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import clock, log, metrics
from aws.dynamodb import dynamodb_client
from aws.stale_index import Overdue, StaleIndex
from aws.sweep import NotDone, Sweep, time_left
from camara.errors import NotFound
from notifications.configuration import subscriptions_table
from notifications.notification import CatchUp
from notifications.outbox import outbox
from notifications.store import subscription_store


def handler(_event: Any, context: LambdaContext) -> dict[str, int]:
    """Return how many subscriptions were found, ended and left.

    Raises ``Unavailable`` when expired subscriptions cannot be found.
    """
    log.begin_invocation(context)
    now = clock.now()
    index = StaleIndex(subscriptions_table(), "StaleSubscriptions", ("number", "subscriptionId"))
    overdue = Overdue(index.stale(dynamodb_client(), now), now)
    sweep = Sweep(_end, time_left(context))
    try:
        sweep.run(overdue)
    finally:
        metrics.count("SubscriptionSweepLeft", sweep.left)
        metrics.seconds("SubscriptionSweepLag", overdue.lag)
    done = [result.outcome for result in sweep.results if result.outcome is not NotDone.LEFT]
    return {
        "found": len(done) + sweep.left,
        "ended": sum(done),
        "left": sweep.left,
        "lagSeconds": overdue.lag,
    }


def _end(key: str) -> bool:
    """Tell whether the subscription is over now; it may have been given more time.

    One whose probe, or whose message to catch up, was lost is not over: its sink is told again, and
    what it has missed. One that makes no sense keeps no other from its end.
    """
    number, subscription_id = key.split()
    try:
        known = subscription_store().change(
            number, subscription_id, lambda known: known.settled(clock.now())
        )
    except NotFound:
        return False
    except (KeyError, ValueError, TypeError) as error:
        log.logger().error(
            "EndExpiredSubscriptions",
            subscriptionId=subscription_id,
            outcome="malformed",
            fault=type(error).__name__,
        )
        return False
    if known.behind_since is not None and known.is_active(clock.now()):
        outbox().put([CatchUp.of(known)])
    return known.ended is not None


register_before_snapshot(outbox)
register_before_snapshot(subscription_store)
