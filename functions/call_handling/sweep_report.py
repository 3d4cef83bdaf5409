"""Log lines and metrics of a sweep of sessions."""

from collections import Counter
from typing import Any

from aws import log, metrics
from aws.sweep import Sweep
from call_handling.call_actor import NETWORK
from call_handling.session_ender import LeftAlone, Transition

_NOT_SKIPPED = {LeftAlone.MALFORMED, LeftAlone.MEDIA_KEPT}


def report_sweep(
    sweep: Sweep[Any, Transition | LeftAlone], function: str = "SweepExpired"
) -> dict[str, int]:
    """Log and count what ``function`` has ended; return the numbers."""
    kinds: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for media_session_id, outcome in sweep.results:
        shown = log.shown_id("mediaSessionId", str(media_session_id))
        facts: dict[str, Any] = {"mediaSessionId": shown}
        if isinstance(outcome, Transition):
            kinds["ended"] += 1
            statuses[outcome.after] += 1
            facts |= outcome.facts()
            log.logger().info(function, **facts)
        else:
            kinds[outcome] += 1
            if outcome is LeftAlone.MALFORMED:
                facts["outcome"] = outcome
                log.logger().warning(function, **facts)
    for status, number in statuses.items():
        metrics.count("SessionEnded", number, status=status, endedBy=NETWORK)
    return {
        "found": sweep.found,
        "ended": kinds["ended"],
        "skipped": sum(kinds[why] for why in LeftAlone if why not in _NOT_SKIPPED),
        "mediaKept": kinds[LeftAlone.MEDIA_KEPT],
        "malformed": kinds[LeftAlone.MALFORMED],
        "left": sweep.left,
    }
