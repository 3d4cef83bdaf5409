"""Participants of a call: the actors of its two legs, and the devices to notify.

Pure, no clock, no I/O. Everybody is a key (``camara.identity``). Source: ADR 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self

from call_handling.call_actor import LateActor, entry_of
from call_handling.status import Role
from camara.actor import Actor
from camara.errors import InvalidTokenContext
from camara.identity import (
    ActorKey,
    ClientKey,
    DeviceKey,
    RegistrationKey,
    SubscriberKey,
    actor_key_of,
    derive_late_actor_key,
    derive_registration_key,
)
from camara.unix_time import UnixSeconds

if TYPE_CHECKING:
    from registration.register import Register, Registration

DEVICES_REMEMBERED = 8
"""Devices of the receiver that are notified of an answered call: so its item stays small."""

SLOWEST_REQUEST_SECONDS = 30
"""Longer than any request takes: the functions are stopped before."""

_UNSAID = RegistrationKey("")


class NotAParty(InvalidTokenContext):
    """Raised for an actor that has neither of the legs."""


class DeviceNotAllowed(InvalidTokenContext):
    """Raised for a device that does not hold the actor's leg, or is no active one of the actor."""


class Unbound(InvalidTokenContext):
    """Raised for an actor or a device of the receiver that the call does not know.

    It may have been registered since the call was placed: ``authorization.act_for`` then looks at
    the register, and may try once more.
    """


class CallingDevice(NamedTuple):
    """Where a call comes from: its actor, its registration, and the key of the device."""

    actor: Actor
    registration_id: str
    device: DeviceKey


class Answerer(NamedTuple):
    """Who answered: an actor, and the registration of its device, empty if it named none."""

    actor: ActorKey
    registration: RegistrationKey = _UNSAID

    @classmethod
    def of(cls, actor: Actor, registration_id: str | None) -> Self:
        """Return who answers with this actor's token and ``registrationId``."""
        return cls(
            actor.key,
            derive_registration_key(actor.client, registration_id) if registration_id else _UNSAID,
        )

    def may_be(self, other: "Answerer") -> bool:
        """Tell whether both may be the same device: one actor's, unless two devices are named."""
        unsaid = _UNSAID in (self.registration, other.registration)
        return self.actor == other.actor and (unsaid or self.registration == other.registration)


@dataclass(frozen=True, slots=True)
class Legs:
    """The two legs of a call; ``originator`` and ``receiver`` are the keys of their subscribers.

    The originating leg belongs to the device ``caller``, registered as ``registration_id`` through
    the client ``caller_client``.

    The receiving leg belongs to ``actors``, and to ``clients`` alone (two-legged tokens). The
    registrations ``holders`` hold it: before the answer all of the subscriber that were active when
    the call was placed; after it the one that ``answered_by`` has answered with, or all of that
    actor if it named none. The answer sets ``devices``: those on which the call rang.
    """

    originator: SubscriberKey
    registration_id: str
    caller: DeviceKey
    caller_client: ClientKey
    receiver: SubscriberKey
    actors: frozenset[ActorKey] = frozenset()
    clients: frozenset[ClientKey] = frozenset()
    holders: frozenset[RegistrationKey] = frozenset()
    devices: frozenset[DeviceKey] = frozenset()
    answered_by: Answerer | None = None

    @classmethod
    def between(
        cls, device: CallingDevice, receiver: SubscriberKey, ring: "Iterable[Registration]"
    ) -> Self:
        """Return the legs of a new call; ``ring`` are the receiver's active registrations."""
        known = list(ring)
        return cls(
            originator=device.actor.subscriber_key or SubscriberKey(""),
            registration_id=device.registration_id,
            caller=device.device,
            caller_client=device.actor.client,
            receiver=receiver,
            actors=frozenset(each.actor for each in known),
            clients=frozenset(each.client for each in known),
            holders=frozenset(each.key for each in known),
        )

    @property
    def caller_actor(self) -> ActorKey:
        """The actor that placed the call: a device's key begins with its actor's."""
        return actor_key_of(self.caller)

    @property
    def roles(self) -> dict[ActorKey, Role]:
        """The leg of each actor, by the name of its entry in ``endings``.

        A client alone that has both legs acts for the originating one.
        """
        receivers = self.actors | self.clients
        if self.answered_by is None:
            receivers |= {derive_late_actor_key(self.receiver)}
        callers = (self.caller_actor, self.caller_client)
        return dict.fromkeys(receivers, Role.RECEIVER) | dict.fromkeys(callers, Role.ORIGINATOR)

    def role_of(self, actor: Actor) -> Role:
        """Return the role of ``actor``.

        Raises ``NotAParty`` when it has none, ``Unbound`` when it may still get one.
        """
        role = self.roles.get(entry_of(actor))
        if role is None:
            may_come = self.answered_by is None and actor.subscriber_key == self.receiver
            raise Unbound if may_come else NotAParty
        return role

    def require_holder(self, role: Role, actor: Actor, registration_id: str | None) -> None:
        """Raise ``DeviceNotAllowed`` if a device is named that does not hold this leg.

        Raises ``Unbound`` instead if it may still become one of the receiver's. The device of a
        late actor has been checked already.
        """
        if registration_id is None or isinstance(actor, LateActor):
            return
        if role is Role.ORIGINATOR:
            held = registration_id == self.registration_id
        else:
            held = derive_registration_key(actor.client, registration_id) in self.holders
        if not held:
            may_come = self.answered_by is None and role is Role.RECEIVER
            raise Unbound if may_come else DeviceNotAllowed

    def is_answered_elsewhere(self, actor: Actor, registration_id: str | None) -> bool:
        """Tell whether the call rang on this actor's device, and another device has answered it.

        Without a ``registration_id`` the device counts as the one with which its actor answered.
        """
        if self.answered_by is None:
            return False
        if self.roles.get(actor.key) is Role.RECEIVER:
            named = (
                derive_registration_key(actor.client, registration_id) if registration_id else None
            )
            return named is not None and named not in self.holders
        return actor.key in {actor_key_of(device) for device in self.devices}

    def rang(
        self, register: "Register", since: UnixSeconds, until: UnixSeconds
    ) -> "list[Registration]":
        """Return the receiver's registrations, active or ended, on whose devices the call rang.

        They were active when the call was placed (``since``, Unix seconds), or were made while it
        rang (before ``until``). ``made_at`` is when a request began; it may have stored its
        registration only after the call was placed, so a slightly older one counts, too.
        """
        first = since - SLOWEST_REQUEST_SECONDS
        return [
            known
            for known in register.remembered
            if known.key in self.holders
            or (first <= known.made_at < until and since < known.expires_at)
        ]

    def answered(
        self,
        actor: Actor,
        registration_id: str | None,
        register: "Register",
        *,
        since: UnixSeconds,
        now: UnixSeconds,
    ) -> Self:
        """Return the legs after ``actor`` has answered: the receiving leg is its alone.

        It answers with the named device, or with all that it has active in the ``register`` of the
        receiver. Raises ``DeviceNotAllowed`` when there is none.
        """
        own = register.active_of(actor, now, registration_id)
        if not own:
            raise DeviceNotAllowed
        # Plus one: what the register has now was there before the answer, if in the same second.
        rang = self.rang(register, since, now + 1)
        heard = dict.fromkeys(known.device for known in (*own, *rang))
        return replace(
            self,
            actors=frozenset(known.actor for known in own),
            clients=frozenset(known.client for known in own),
            holders=frozenset(known.key for known in own),
            devices=frozenset(islice(heard, DEVICES_REMEMBERED)),
            answered_by=Answerer.of(actor, registration_id),
        )
