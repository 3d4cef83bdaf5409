"""SweepExpired: ends what is past its deadline, and the sessions that an operator names.

EventBridge Scheduler invokes it every minute for each kind of thing that expires, with
``{"sweep": "sessions"}`` and the like: each in an invocation of its own, so that one sweep that
fails, or is slow, keeps no other waiting. An operator, or an EventBridge rule, invokes it with
``{"mediaSessionIds": [...], "reason": "..."}`` (an event's ``detail`` may carry it). It serves all
rooms, so it stands above them. Source: ADR 4 and 8.
"""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from snapshot_restore_py import register_before_snapshot

from aws import log, metrics
from aws.sweep import time_left
from call_handling.end_stale_sessions import end_named_sessions, end_stale_sessions
from call_handling.session_ender import session_ender
from call_handling.store import session_store
from notifications.end_expired_subscriptions import end_expired_subscriptions
from notifications.queues import notification_queue
from notifications.store import subscription_store
from registration.end_expired_registrations import end_expired_registrations
from registration.store import registration_store

_SWEEPS = {
    "sessions": end_stale_sessions,
    "registrations": end_expired_registrations,
    "subscriptions": end_expired_subscriptions,
}


class SweepRequest(BaseModel):
    """What to sweep."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sweep: Literal["sessions", "registrations", "subscriptions"]


class EndRequest(BaseModel):
    """Which sessions to end, whatever their deadline, and why."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    media_session_ids: Annotated[list[Any], Field(max_length=1000)]
    reason: Annotated[str, Field(max_length=256)] = "ended by the operator"


_REQUEST: TypeAdapter[SweepRequest | EndRequest] = TypeAdapter(SweepRequest | EndRequest)


def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Return how many were found, ended and left; for named sessions also what became of each.

    For a malformed event it returns an error instead of raising one: Lambda would only retry it.
    Raises ``Unavailable`` when what has expired cannot be found.
    """
    log.begin_invocation(context)
    try:
        request = _REQUEST.validate_python(_detail(event))
    except ValidationError:
        metrics.count("EndRequestMalformed")
        return {"code": "INVALID_ARGUMENT"}
    has_time = time_left(context)
    if isinstance(request, EndRequest):
        return end_named_sessions(request.media_session_ids, request.reason, has_time)
    try:
        return _SWEEPS[request.sweep](has_time)
    except Exception as error:
        log.logger().error("SweepExpired", swept=request.sweep, fault=type(error).__name__)
        metrics.count("SweepFailed", swept=request.sweep)
        raise


def _detail(event: Any) -> Any:
    """Return the ``detail`` of an EventBridge event; any other event as it is.

    Not by Powertools' ``EventBridgeEvent``: an operator's event may be any JSON.
    """
    if isinstance(event, dict) and "detail-type" in event:
        return event.get("detail")
    return event


register_before_snapshot(session_ender)
register_before_snapshot(session_store)
register_before_snapshot(registration_store)
register_before_snapshot(subscription_store)
register_before_snapshot(notification_queue)
