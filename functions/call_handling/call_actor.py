"""Actors of a call, and the name that each has in ``endings``."""

from dataclasses import dataclass

from camara.actor import Actor
from camara.identity import ActorKey, SubscriberKey, derive_late_actor_key
from camara.unix_time import UnixSeconds

NETWORK = "network"
"""The entry by which sweeps, ended registrations and operators end a session."""


@dataclass(frozen=True, slots=True)
class LateActor(Actor):
    """An actor of the receiver that registered a device while the call was ringing.

    The call does not know it yet; ``endings`` has one entry for all such actors. ``registered_at``
    is in Unix seconds.
    """

    registered_at: UnixSeconds = 0


def entry_of(actor: Actor) -> ActorKey:
    """Return the name of the actor's entry in ``endings``: 11 characters."""
    return (
        derive_late_actor_key(actor.subscriber_key or SubscriberKey(""))
        if isinstance(actor, LateActor)
        else actor.key
    )
