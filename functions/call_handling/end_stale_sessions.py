"""Sweep of stale sessions; it also ends the sessions that an operator names.

A session that is in the index though its deadline has not passed is not ended: the sweep stores its
media for longer, or corrects its place in the index. Source: ADR 4.
"""

from collections.abc import Iterable
from typing import Any

from aws import clock
from aws.stale_index import StaleIndex
from aws.sweep import HasTime, Result, Sweep, sweep_overdue
from call_handling.session_ender import DEADLINE_HAS_PASSED, LeftAlone, Transition, session_ender
from call_handling.settings import sessions_table
from call_handling.store import session_store
from call_handling.sweep_report import report_sweep
from camara.errors import NotFound
from http_api.request import is_id

_DEADLINE_PASSED = "deadline passed"


def end_stale_sessions(has_time: HasTime) -> dict[str, int]:
    """Return how many sessions were found, ended, skipped, malformed and left.

    Raises ``Unavailable`` when stale ones cannot be found.
    """
    index = StaleIndex(
        sessions_table(), "StaleSessions", lambda item: str(item["mediaSessionId"]["S"])
    )
    return sweep_overdue("sessions", index, _end, has_time, report_sweep)


def _end(media_session_id: str) -> Transition | LeftAlone:
    outcome = session_ender().by_network(
        media_session_id, _DEADLINE_PASSED, clock.now(), only_if=DEADLINE_HAS_PASSED
    )
    return _look_after(media_session_id) if outcome is LeftAlone.DUE else outcome


def _look_after(media_session_id: str) -> LeftAlone:
    try:
        is_media_kept = session_store().look_after(media_session_id, clock.now())
    except (NotFound, KeyError, TypeError, ValueError):
        # A stored item is missing, or malformed.
        return LeftAlone.MALFORMED
    return LeftAlone.MEDIA_KEPT if is_media_kept else LeftAlone.RENEWED


def end_named_sessions(
    media_session_ids: Iterable[Any], reason: str, has_time: HasTime
) -> dict[str, Any]:
    """End sessions whatever their deadline; return the same numbers, and what became of each."""

    def end(media_session_id: Any) -> Transition | LeftAlone:
        if not is_id(media_session_id):
            return LeftAlone.MALFORMED
        return session_ender().by_network(media_session_id, reason, clock.now())

    sweep = Sweep(end, has_time)
    sweep.run(media_session_ids)
    return {**report_sweep(sweep), "sessions": [_shown(result) for result in sweep.results]}


def _shown(result: Result[Any, Transition | LeftAlone]) -> dict[str, Any]:
    outcome = result.outcome
    if isinstance(outcome, Transition):
        return {
            "mediaSessionId": result.key,
            "outcome": "ended",
            "status": outcome.after,
        }
    return {"mediaSessionId": result.key, "outcome": outcome.value}
