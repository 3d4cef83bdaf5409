"""SweepExpired, invoked as its schedules do, or with an event."""

from math import inf
from typing import Any

from sweep_expired import handler
from tests.support.lambda_context import a_lambda_context


def sweep(event: Any = None, looks: float = inf) -> dict[str, Any]:
    """Sweep the sessions, or do what an event says; there is time for so many looks at the clock.

    Returns the answer.
    """
    return handler({"sweep": "sessions"} if event is None else event, a_lambda_context(looks=looks))


def end_expired_registrations(looks: float = inf) -> dict[str, Any]:
    """Sweep the registrations."""
    return sweep({"sweep": "registrations"}, looks)


def end_expired_subscriptions(looks: float = inf) -> dict[str, Any]:
    """Sweep the subscriptions."""
    return sweep({"sweep": "subscriptions"}, looks)
