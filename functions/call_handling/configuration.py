"""What a deployment configures, read from the environment (``template.yaml``) once."""

import os
from functools import cache

from call_handling.session import Timeouts


def sessions_table() -> str:
    """Return the name of the table of sessions."""
    return os.environ["SESSIONS_TABLE"]


@cache
def timeouts() -> Timeouts:
    """Return how long sessions last."""
    return Timeouts(
        ring=int(os.environ["RING_TIMEOUT_SECONDS"]),
        setup=int(os.environ["SETUP_TIMEOUT_SECONDS"]),
        answered=int(os.environ["ANSWERED_TIMEOUT_SECONDS"]),
        ended_retention=int(os.environ["ENDED_RETENTION_SECONDS"]),
    )


@cache
def emergency_numbers() -> frozenset[str]:
    """Return the numbers that are emergency calls, as they are dialled."""
    return frozenset(os.environ["EMERGENCY_NUMBERS"].split(","))
