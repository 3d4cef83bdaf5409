"""Settings of a test's own: variables of the environment, read anew."""

import pytest

from notifications.settings import delivery_settings, settings, subscription_lifetimes


def configure(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Set variables, whatever has been read of the environment before."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for cached in (settings, delivery_settings, subscription_lifetimes):
        cached.cache_clear()


def configure_notifications(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Set all that ``notifications.settings`` reads, made up unless it is given."""
    names = (
        *("SUBSCRIPTIONS_TABLE", "NOTIFICATIONS_QUEUE", "PROBES_QUEUE", "EVENTS_NOT_PUBLISHED"),
        *("EVENT_BUS", "SINK_CREDENTIALS_KEY"),
    )
    made_up = dict.fromkeys(names, "test") | {
        "LOOPBACK_SINKS": "false",
        "SUBSCRIPTION_SECONDS": "60",
        "SUBSCRIPTION_MAX_SECONDS": "60",
    }
    configure(monkeypatch, **made_up | variables)
