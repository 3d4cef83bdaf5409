"""What a deployment configures, read from the environment (``template.yaml``) once."""

import os
from functools import cache

from registration.register import Lifetimes, Limits


def registrations_table() -> str:
    """Return the name of the table of registers."""
    return os.environ["REGISTRATIONS_TABLE"]


@cache
def lifetimes() -> Lifetimes:
    """Return how long registrations last."""
    return Lifetimes(
        default=int(os.environ["REGISTRATION_SECONDS"]),
        shortest=int(os.environ["REGISTRATION_MIN_SECONDS"]),
        longest=int(os.environ["REGISTRATION_MAX_SECONDS"]),
    )


@cache
def limits() -> Limits:
    """Return how many registrations there may be."""
    return Limits(
        per_number=int(os.environ["MAX_REGISTRATIONS_PER_NUMBER"]),
        per_user=int(os.environ["MAX_REGISTRATIONS_PER_USER"]),
        devices_per_user=int(os.environ["MAX_DEVICES_PER_USER"]),
    )
