"""Registered devices, put where the Registration API would put them."""

from typing import Any

from camara.identity import subscriber_key
from registration.store import registration_store
from tests.support.builders import NOW, a_registration


def register(subscriber: str, device: int = 1, **changes: Any) -> str:
    """Register a device of this subscriber; return the id of the registration."""
    registration = a_registration(subscriber, device, **changes)
    registration_store().create(subscriber_key(subscriber), registration, NOW)
    return registration.registration_id


def deregister(subscriber: str, device: int = 1) -> None:
    """Delete the registration of a device."""
    known = a_registration(subscriber, device)
    registration_store().delete(
        subscriber_key(subscriber), known.registration_id, NOW, user=known.user
    )
