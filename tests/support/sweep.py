"""EndStaleSessions, invoked as its schedule does, or with an event."""

from math import inf
from typing import Any

from call_handling.end_stale_sessions import handler
from tests.support.lambda_context import a_lambda_context


def sweep(event: Any = None, looks: float = inf) -> dict[str, Any]:
    """Return the answer; there is time for so many looks at the clock."""
    return handler({} if event is None else event, a_lambda_context(looks=looks))
