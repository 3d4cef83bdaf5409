"""EndStaleSessions: ends the sessions that both parties have forgotten, or those that are named.

Of those that live it keeps what is stored beside them, or moves their place in the index (ADR 4).

Invoked every minute by EventBridge Scheduler, and by an operator or an EventBridge rule with
``{"mediaSessionIds": [...], "reason": "..."}`` (an event's ``detail`` may carry it).
"""

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from snapshot_restore_py import register_before_snapshot

from aws import clock, log, metrics
from aws.dynamodb import dynamodb_client
from aws.stale_index import Overdue, StaleIndex
from aws.sweep import Result, Sweep, time_left
from call_handling.configuration import sessions_table
from call_handling.session_ender import DEADLINE_HAS_PASSED, LeftAlone, Transition, session_ender
from call_handling.store import session_store
from call_handling.sweep_report import report_sweep
from camara.errors import NotFound
from http_api.request import is_id

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
    log.begin_invocation(context)
    try:
        request = EndRequest.model_validate(_detail(event))
    except ValidationError:
        metrics.count("EndRequestMalformed")
        return {"code": "INVALID_ARGUMENT"}

    if request.media_session_ids is None:
        return _end_stale(time_left(context))
    return _end_named(request.media_session_ids, request.reason, time_left(context))


def _detail(event: Any) -> Any:
    """Return what an EventBridge event is about; anything else is about itself."""
    if isinstance(event, dict) and "detail-type" in event:
        return event.get("detail")
    return event


def _end_stale(has_time: Callable[[], bool]) -> dict[str, Any]:
    now = clock.now()
    index = StaleIndex(sessions_table(), "StaleSessions", ("mediaSessionId",))
    overdue = Overdue(index.stale(dynamodb_client(), now), now)

    def end(media_session_id: str) -> Transition | LeftAlone:
        outcome = session_ender().by_network(
            media_session_id, _DEADLINE_PASSED, clock.now(), only_if=DEADLINE_HAS_PASSED
        )
        return _look_after(media_session_id) if outcome is LeftAlone.DUE else outcome

    sweep = Sweep(end, has_time)
    try:
        sweep.run(overdue)
    finally:
        summary = report_sweep("EndStaleSessions", sweep)
        for name, value in summary.items():
            metrics.count(f"Sweep{name[0].upper()}{name[1:]}", value)
        metrics.seconds("SweepLag", overdue.lag)
    return {**summary, "lagSeconds": overdue.lag}


def _look_after(media_session_id: str) -> LeftAlone:
    try:
        is_media_kept = session_store().look_after(media_session_id, clock.now())
    except (NotFound, KeyError, TypeError, ValueError):
        # Of what is stored something is missing, or of another shape.
        return LeftAlone.MALFORMED
    return LeftAlone.MEDIA_KEPT if is_media_kept else LeftAlone.RENEWED


def _end_named(
    media_session_ids: list[Any], reason: str, has_time: Callable[[], bool]
) -> dict[str, Any]:
    def end(media_session_id: str) -> Transition | LeftAlone:
        if not is_id(media_session_id):
            return LeftAlone.MALFORMED
        return session_ender().by_network(media_session_id, reason, clock.now())

    sweep = Sweep(end, has_time)
    sweep.run(media_session_ids)
    summary = report_sweep("EndStaleSessions", sweep)
    return {**summary, "sessions": [_told(result) for result in sweep.results]}


def _told(result: Result[Transition | LeftAlone]) -> dict[str, Any]:
    outcome = result.outcome
    if isinstance(outcome, Transition):
        return {
            "mediaSessionId": result.key,
            "outcome": "ended",
            "status": outcome.after,
        }
    return {"mediaSessionId": result.key, "outcome": outcome.value}


register_before_snapshot(session_ender)
register_before_snapshot(session_store)
