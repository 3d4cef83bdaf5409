"""What a deployment configures, read from the environment (``template.yaml``) once."""

import os
from functools import cache

from aws.settings import seconds
from notifications.subscription import Lifetimes


def subscriptions_table() -> str:
    """Return the name of the table of subscriptions."""
    return os.environ["SUBSCRIPTIONS_TABLE"]


def notifications_queue() -> str:
    """Return the URL of the queue of notifications."""
    return os.environ["NOTIFICATIONS_QUEUE"]


def probes_queue() -> str:
    """Return the URL of the queue of what sinks that fail are asked again with."""
    return os.environ["PROBES_QUEUE"]


def events_not_published() -> str:
    """Return the URL of the queue that says where in a stream somebody has to look."""
    return os.environ["EVENTS_NOT_PUBLISHED"]


def event_bus() -> str:
    """Return the name of the bus that hears of every change of a session."""
    return os.environ["EVENT_BUS"]


def event_source() -> str:
    """Return what notifications say they come from: the address of the API."""
    return os.environ["EVENT_SOURCE"]


def credentials_key() -> str:
    """Return the KMS key that access tokens for sinks are encrypted with."""
    return os.environ["SINK_CREDENTIALS_KEY"]


def loopback_allowed() -> bool:
    """Tell whether a sink may be on this machine: on the embedded stack only."""
    return os.environ["LOOPBACK_SINKS"] == "true"


@cache
def subscription_lifetimes() -> Lifetimes:
    """Return how long subscriptions last: ``default`` is at most ``longest``."""
    longest = "SUBSCRIPTION_MAX_SECONDS"
    return Lifetimes(
        default=seconds("SUBSCRIPTION_SECONDS", at_most=longest), longest=seconds(longest)
    )
