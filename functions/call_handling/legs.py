"""Participants of a call: the actors of its two legs, and the devices that hear of it.

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
"""Devices of the receiver that an answered call tells of itself, so that its item stays small."""

SLOWEST_REQUEST_SECONDS = 30
"""Longer than any request takes: the functions are stopped before."""


_UNSAID = RegistrationKey("")


class NotAParty(InvalidTokenContext):
    """Raised for an actor that has neither of the legs."""


class DeviceNotAllowed(InvalidTokenContext):
    """Raised for a device that does not hold the actor's leg, or that the actor has not active."""


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
    """Who gave an answer: an actor, by its device's registration (keys), empty if not said."""

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
        """Tell whether both are one device; where it is not said, one actor's counts as one.

        A device is its actor's, so whatever somebody else names is another.
        """
        unsaid = _UNSAID in (self.registration, other.registration)
        return self.actor == other.actor and (unsaid or self.registration == other.registration)


@dataclass(frozen=True, slots=True)
class Legs:
    """The two ends of a call; ``originator`` and ``receiver`` are their numbers.

    The originating leg is that of the device ``caller``, registered as ``registration_id`` through
    the client ``caller_client``.

    The receiving leg is that of ``actors``, and of ``clients`` alone, who hold it by the
    registrations ``holders``: all of the number that were active when the call was placed; from the
    answer on, the one by which ``answered_by`` has answered, or all of its actor's if it did not
    say which. ``devices`` are set by the answer: those that have heard the call ring.
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
        """Return the legs of a call from a device to a number of which these devices ring."""
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

        Raises ``NotAParty`` when it has none, ``Unbound`` when it may yet get one.
        """
        role = self.roles.get(entry_of(actor))
        if role is None:
            may_come = self.answered_by is None and actor.subscriber_key == self.receiver
            raise Unbound if may_come else NotAParty
        return role

    def require_holder(self, role: Role, actor: Actor, registration_id: str | None) -> None:
        """Raise ``DeviceNotAllowed`` if a device is named that does not hold this leg.

        Raises ``Unbound`` if it may yet be one of the receiver's. The device of a late actor is
        known to be.
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
        """Tell whether this is a device that has heard it ring, and another one has answered.

        Who does not say which device it is may be the one by which its actor has answered.
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
        """Return those of the receiver's registrations, active or ended, that have heard it ring.

        They were active when the call was placed (``since``, Unix seconds), or were made while it
        rang (before ``until``). ``made_at`` is when a request began, which may store its
        registration later than the call was placed, so one that is a little older counts, too.
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
        """Return the legs once ``actor`` has answered: the receiver's others have lost theirs.

        It has answered with the device that is named, or with any that it has active in the
        ``register`` of the receiver. Raises ``DeviceNotAllowed`` when there is none.
        """
        own = register.active_of(actor, now, registration_id)
        if not own:
            raise DeviceNotAllowed
        # What the register has at this moment was there before the answer, in whatever second.
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
