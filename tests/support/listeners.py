"""Devices of two numbers, and of a third, that all want to hear of all calls."""

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from camara.actor import Actor
from camara.scope import EventType
from registration.register import Registration
from tests.support.audiences import store_all
from tests.support.builders import (
    ALICE,
    BOB,
    EVE,
    a_context,
    a_registration,
    a_subscription,
    an_actor,
)

KINDS = (EventType.SESSION_INVITATION, EventType.SESSION_STATUS)


@dataclass(frozen=True)
class Device:
    subscriber: str
    actor: Actor
    registration: Registration
    context: dict[str, Any]

    @property
    def place(self) -> tuple[str, str]:
        """What only one registration at a time can have."""
        return self.subscriber, self.registration.device_id


def _device(subscriber: str, number: int, **claims: Any) -> Device:
    return Device(
        subscriber,
        an_actor(subscriber, **claims),
        a_registration(subscriber, number, **claims),
        a_context(subscriber, **claims),
    )


DEVICES = {
    "alice": _device(ALICE, 1),
    "alice-tablet": _device(ALICE, 2),
    "alice-app": _device(ALICE, 3, client_id="client-2"),
    "alice-colleague": _device(ALICE, 4, sub="colleague"),
    "bob": _device(BOB, 1),
    "tablet": _device(BOB, 2),
    "app": _device(BOB, 3, client_id="client-2"),
    "colleague": _device(BOB, 4, sub="colleague"),
    # Whoever has had the number, or will have it, with the id of Bob's first device.
    "owner": _device(BOB, 1, sub="another owner"),
    "owner-app": _device(BOB, 1, sub="another owner", client_id="client-2"),
    "eve": _device(EVE, 1),
}
LISTENERS = {
    str(uuid5(NAMESPACE_OID, f"{name} {kind}")): (name, kind) for name in DEVICES for kind in KINDS
}
"""The subscriptions."""


def listen() -> None:
    """Subscribe; all at once, for it is much."""
    store_all(
        a_subscription(
            of=DEVICES[name].registration,
            subscriber=DEVICES[name].subscriber,
            subscription_id=known,
            type=kind,
        )
        for known, (name, kind) in LISTENERS.items()
    )
