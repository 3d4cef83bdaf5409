"""Settings of calls: environment variables that ``template.yaml`` sets."""

from functools import cache

from aws.settings import seconds, text
from call_handling.session import Timeouts


def sessions_table() -> str:
    """Return the name of the table of sessions."""
    return text("SESSIONS_TABLE")


@cache
def timeouts() -> Timeouts:
    """Return how long sessions last.

    A call rings for no longer than it may be unanswered at all: ``ring`` is at most ``setup``.
    """
    return Timeouts(
        ring=seconds("RING_TIMEOUT_SECONDS", at_most="SETUP_TIMEOUT_SECONDS"),
        setup=seconds("SETUP_TIMEOUT_SECONDS"),
        answered=seconds("ANSWERED_TIMEOUT_SECONDS"),
        ended_retention=seconds("ENDED_RETENTION_SECONDS"),
    )


@cache
def emergency_numbers() -> frozenset[str]:
    """Return the numbers that are emergency calls, as they are dialled."""
    return frozenset(text("EMERGENCY_NUMBERS").split(","))
