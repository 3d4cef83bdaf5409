"""EndExpiredRegistrations: ends the registrations that nobody has refreshed.

Invoked every minute by EventBridge Scheduler. An expired registration counts for nothing from its
last second on; this is what tells the stream, and so the calls of the device. Source: ADR 4 and 5.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import clock, log, metrics
from aws.dynamodb import dynamodb_client
from aws.stale_index import Overdue, StaleIndex
from aws.sweep import NotDone, Sweep, time_left
from registration.configuration import registrations_table
from registration.register import Ended
from registration.store import registration_store


def handler(_event: Any, context: LambdaContext) -> dict[str, int]:
    """Return how many registers were found and left, and how many registrations were ended.

    Raises ``Unavailable`` when expired registrations cannot be found.
    """
    log.begin_invocation(context)
    now = clock.now()
    index = StaleIndex(registrations_table(), "StaleRegisters", ("owner",))
    overdue = Overdue(index.stale(dynamodb_client(), now), now)
    sweep = Sweep(
        lambda owner: registration_store().end_expired(owner, clock.now()), time_left(context)
    )
    try:
        sweep.run(overdue)
    finally:
        ended = _logged(sweep)
        metrics.count("RegistrationSweepLeft", sweep.left)
        metrics.seconds("RegistrationSweepLag", overdue.lag)
    done = sum(result.outcome is not NotDone.LEFT for result in sweep.results)
    return {
        "found": done + sweep.left,
        "ended": ended,
        "left": sweep.left,
        "lagSeconds": overdue.lag,
    }


def _logged(sweep: Sweep[tuple[Ended, ...]]) -> int:
    number = 0
    for _, outcome in sweep.results:
        if outcome is NotDone.LEFT:
            continue
        for ended in outcome:
            number += 1
            registration_id = ended.registration.registration_id
            log.logger().info("EndExpiredRegistrations", registrationId=registration_id)
    return number


register_before_snapshot(registration_store)
