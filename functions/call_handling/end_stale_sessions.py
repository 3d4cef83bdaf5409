"""EndStaleSessions: ends the sessions that both parties have forgotten, or those that are named.

Invoked every minute by EventBridge Scheduler, and by an operator or an EventBridge rule with
``{"mediaSessionIds": [...], "reason": "..."}`` (an event's ``detail`` may carry it).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from snapshot_restore_py import register_before_snapshot

from call_handling.configuration import sessions_table
from call_handling.ending import LeftAlone, Transition, endings
from call_handling.party import NETWORK
from call_handling.stale import stale_sessions
from call_handling.sweep import NotDone, Result, Sweep
from camara import clock, log, metrics
from camara.dynamodb import dynamodb_client
from camara.request import is_id

_MARGIN_MILLIS = 13_000
"""Longer than the slowest write that may be under way: 12 seconds."""

_DEADLINE_PASSED = "deadline passed"


class EndRequest(BaseModel):
    """What to end: the named sessions, whatever their deadline; without names, the stale ones."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    media_session_ids: Annotated[list[Any], Field(max_length=1000)] | None = None
    reason: Annotated[str, Field(max_length=256)] = "ended by the operator"


def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Return how many sessions were found, ended, skipped, malformed and left.

    For named ones also what became of each. A malformed event is answered, not raised, for raising
    would only have it sent again. Raises ``Unavailable`` when stale sessions cannot be found.
    """
    try:
        request = EndRequest.model_validate(_detail(event))
    except ValidationError:
        metrics.count("EndRequestMalformed")
        return {"code": "INVALID_ARGUMENT"}

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _MARGIN_MILLIS

    if request.media_session_ids is None:
        return _end_stale(has_time)
    return _end_named(request.media_session_ids, request.reason, has_time)


def _detail(event: Any) -> Any:
    """Return what an EventBridge event is about; anything else is about itself."""
    if isinstance(event, dict) and "detail-type" in event:
        return event.get("detail")
    return event


def _end_stale(has_time: Callable[[], bool]) -> dict[str, Any]:
    now = clock.now()
    lag = 0

    def found() -> Iterator[str]:
        nonlocal lag
        for stale in stale_sessions(dynamodb_client(), sessions_table(), now):
            lag = max(lag, now - stale.stale_at)
            yield stale.media_session_id

    def end(media_session_id: str) -> Transition | LeftAlone:
        return endings().by_network(
            media_session_id, _DEADLINE_PASSED, clock.now(), only_if_stale=True
        )

    sweep = Sweep(end, has_time)
    try:
        sweep.run(found())
    finally:
        summary = _summary(sweep)
        for name, value in summary.items():
            metrics.count(f"Sweep{name.capitalize()}", value)
        metrics.seconds("SweepLag", lag)
    return {**summary, "lagSeconds": lag}


def _end_named(
    media_session_ids: list[Any], reason: str, has_time: Callable[[], bool]
) -> dict[str, Any]:
    def end(media_session_id: str) -> Transition | LeftAlone:
        if not is_id(media_session_id):
            return LeftAlone.MALFORMED
        return endings().by_network(media_session_id, reason, clock.now(), only_if_stale=False)

    sweep = Sweep(end, has_time)
    sweep.run(media_session_ids)
    return {**_summary(sweep), "sessions": [_told(result) for result in sweep.results]}


def _summary(sweep: Sweep) -> dict[str, int]:
    """Log and count what was ended; return the numbers."""
    kinds: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for media_session_id, outcome in sweep.results:
        if isinstance(outcome, Transition):
            kinds["ended"] += 1
            statuses[outcome.after] += 1
            facts: dict[str, Any] = {"mediaSessionId": media_session_id, **outcome.facts()}
            log.logger().info("EndStaleSessions", **facts)
        else:
            kinds[outcome] += 1
    for status, number in statuses.items():
        metrics.count("SessionEnded", number, status=status, endedBy=NETWORK)
    return {
        "found": len(sweep.results) - kinds[NotDone.LEFT] + sweep.left,
        "ended": kinds["ended"],
        "skipped": sum(kinds[why] for why in LeftAlone if why is not LeftAlone.MALFORMED),
        "malformed": kinds[LeftAlone.MALFORMED],
        "left": sweep.left,
    }


def _told(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    if isinstance(outcome, Transition):
        return {
            "mediaSessionId": result.media_session_id,
            "outcome": "ended",
            "status": outcome.after,
        }
    return {"mediaSessionId": result.media_session_id, "outcome": outcome.value}


register_before_snapshot(endings)
