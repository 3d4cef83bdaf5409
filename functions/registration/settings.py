"""Settings of registrations: environment variables that ``template.yaml`` sets."""

from functools import cache

from aws.settings import seconds, text, whole
from registration.register import Lifetimes, Limits


def registrations_table() -> str:
    """Return the name of the table of registers."""
    return text("REGISTRATIONS_TABLE")


@cache
def lifetimes() -> Lifetimes:
    """Return how long registrations last.

    ``shortest`` is at most ``longest``, for no device gets more; ``default`` is between them.
    """
    shortest, longest = "REGISTRATION_MIN_SECONDS", "REGISTRATION_MAX_SECONDS"
    return Lifetimes(
        default=seconds("REGISTRATION_SECONDS", at_least=shortest, at_most=longest),
        shortest=seconds(shortest, at_most=longest),
        longest=seconds(longest),
    )


@cache
def limits() -> Limits:
    """Return how many registrations there may be."""
    return Limits(
        per_number=whole("MAX_REGISTRATIONS_PER_NUMBER"),
        per_user=whole("MAX_REGISTRATIONS_PER_USER"),
        devices_per_user=whole("MAX_DEVICES_PER_USER"),
    )
