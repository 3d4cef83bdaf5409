"""Sweep of registrations that have expired.

A registration is inactive as soon as it has expired. The sweep's write puts its end into the
table's stream, which ends the calls of the device. Source: ADR 4 and 5.
"""

from aws import clock, log
from aws.stale_index import StaleIndex
from aws.sweep import HasTime, Sweep, sweep_overdue
from registration.register import Ended
from registration.settings import registrations_table
from registration.store import registration_store


def end_expired_registrations(has_time: HasTime) -> dict[str, int]:
    """Return how many registers were found and left, and how many registrations were ended.

    A register holds the registrations of one number. Raises ``Unavailable`` when expired ones
    cannot be found.
    """
    index = StaleIndex(registrations_table(), "StaleRegisters", lambda item: item["owner"]["S"])
    return sweep_overdue("registrations", index, _end, has_time, _report)


def _end(owner: str) -> tuple[Ended, ...]:
    return registration_store().end_expired(owner, clock.now())


def _report(sweep: Sweep[str, tuple[Ended, ...]]) -> dict[str, int]:
    ids = [ended.registration.registration_id for outcome in sweep.done for ended in outcome]
    for registration_id in ids:
        log.logger().info("SweepExpired", registrationId=registration_id)
    return {"found": sweep.found, "ended": len(ids), "left": sweep.left}
