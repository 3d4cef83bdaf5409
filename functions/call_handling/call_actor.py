"""Actors of a call, and the name that each has in ``endings``."""

from dataclasses import dataclass

from camara.actor import Actor
from camara.identity import ActorKey, SubscriberKey, derive_late_actor_key
from camara.unix_time import UnixSeconds

NETWORK = "network"
"""The one that ends what nobody else does."""


@dataclass(frozen=True, slots=True)
class LateActor(Actor):
    """An actor that registered a device at ``registered_at`` (Unix seconds), as the call rang.

    The call does not know it yet; it has one entry for all of its receiver that may come.
    """

    registered_at: UnixSeconds = 0


def entry_of(actor: Actor) -> ActorKey:
    """Return the name of the actor's entry in ``endings``: 11 characters."""
    return (
        derive_late_actor_key(actor.subscriber_key or SubscriberKey(""))
        if isinstance(actor, LateActor)
        else actor.key
    )
