"""Registers of devices and their rules: pure, no clock, no I/O.

A registration ties a device to a number for a while. It is in two registers, that of the number and
that of the user, so that both can be limited. Times are Unix seconds. Source: CAMARA WebRTC
Registration; ADR 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, Self

from camara.actor import Actor
from camara.errors import (
    AlreadyExists,
    MaxDevicesPerUser,
    MaxRegistrationPerMsisdn,
    MaxRegistrationPerUser,
    NotFound,
    OutOfRange,
)
from camara.identity import (
    ActorKey,
    ClientKey,
    DeviceKey,
    RegistrationKey,
    UserKey,
    derive_device_key,
    derive_registration_key,
)
from camara.unix_time import UnixSeconds

KEPT_AFTER_ITS_END = 300
"""Seconds for which an ended registration is remembered.

Its device is still to be told how a call ends that has rung on it.
"""

KEPT_AT_MOST = 20
"""Ended registrations that a register remembers, the last ones: each is written at each change."""


class Lifetimes(NamedTuple):
    """How long a registration may last, in seconds."""

    default: int = 3600
    shortest: int = 60
    longest: int = 24 * 3600

    def expiry(self, requested: int | None, now: UnixSeconds) -> UnixSeconds:
        """Return when a registration ends that is made, or refreshed, ``now``.

        What is asked for is capped above; raises ``OutOfRange`` below.
        """
        if requested is None:
            return now + self.default
        if requested < now + self.shortest:
            raise OutOfRange
        return min(requested, now + self.longest)


class Limits(NamedTuple):
    """How many registrations may be active at once."""

    per_number: int = 5
    per_user: int = 10
    devices_per_user: int = 5


class Reason(StrEnum):
    """Why a registration ended."""

    DELETED = "deleted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Registration:
    """A device (a UUID in lower case) that an actor has registered, and nobody else's.

    ``actor``, ``client`` and ``user`` are keys (``camara.identity``), the last two being two parts
    of the first. It was made at ``made_at``, however often it has been refreshed since.
    """

    registration_id: str
    device_id: str
    actor: ActorKey
    client: ClientKey
    user: UserKey
    made_at: UnixSeconds
    expires_at: UnixSeconds

    @property
    def device(self) -> DeviceKey:
        """The device's key: another actor's device is another device, even with the same id."""
        return derive_device_key(self.actor, self.device_id)

    @property
    def key(self) -> RegistrationKey:
        """The registration's key, by which a call knows that it holds a leg."""
        return derive_registration_key(self.client, self.registration_id)

    def is_of(self, actor: Actor) -> bool:
        """Tell whether it is this actor's; to a client alone belong all that it has registered."""
        if actor.subscriber_key is None:
            return self.client == actor.client
        return self.actor == actor.key

    def until(self, expires_at: UnixSeconds) -> Self:
        """Return a copy that ends at ``expires_at`` (Unix seconds)."""
        return replace(self, expires_at=expires_at)


class Ended(NamedTuple):
    """A registration that is no more, when it ended, and which version of the register ended it."""

    registration: Registration
    reason: Reason
    at: UnixSeconds
    version: int


@dataclass(frozen=True, slots=True)
class Register:
    """The registrations of one owner, expired ones among them until the next change.

    ``version`` counts the writes, 0 is for a register that is not stored. ``ended`` is what ended
    lately; what the last change took out (``just_ended``) the table's stream tells others of.
    """

    owner: str
    version: int = 0
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    ended: tuple[Ended, ...] = ()

    def active(self, now: UnixSeconds) -> list[Registration]:
        """Return the registrations that count."""
        return [known for known in self.registrations.values() if known.expires_at > now]

    def active_of(
        self, actor: Actor, now: UnixSeconds, registration_id: str | None = None
    ) -> list[Registration]:
        """Return those of this actor; of those, if an id is given, the one that it is of."""
        return [
            known
            for known in self.active(now)
            if known.is_of(actor) and registration_id in (None, known.registration_id)
        ]

    def find(self, registration_id: str, actor: Actor, now: UnixSeconds) -> Registration:
        """Return an active registration of this actor. Raises ``NotFound``."""
        for known in self.active_of(actor, now, registration_id):
            return known
        raise NotFound

    @property
    def remembered(self) -> list[Registration]:
        """Active and expired registrations, then those that have ended, the last one first.

        The latter ``expires_at`` the second in which they ended.
        """
        ended = (end.registration.until(end.at) for end in reversed(self.ended))
        return [*self.registrations.values(), *ended]

    @property
    def just_ended(self) -> list[Ended]:
        """What the last change took out."""
        return [end for end in self.ended if end.version == self.version]

    def with_(self, registration: Registration, now: UnixSeconds) -> Self:
        """Return the register with a new or a refreshed registration, and without expired ones."""
        after = self.without_expired(now)
        added = {registration.registration_id: registration}
        return replace(after, registrations={**after.registrations, **added})

    def without(self, registration: Registration, now: UnixSeconds) -> Self:
        """Return the register without a registration that is deleted, and without expired ones."""
        after = self.without_expired(now)
        left = {**after.registrations}
        left.pop(registration.registration_id, None)
        deleted = Ended(registration, Reason.DELETED, now, after.version)
        return replace(after, registrations=left, ended=_remembered((*after.ended, deleted)))

    def without_expired(self, now: UnixSeconds) -> Self:
        """Return the register without what has expired: the next version."""
        version = self.version + 1
        active = {known.registration_id: known for known in self.active(now)}
        remembered = (end for end in self.ended if end.at > now - KEPT_AFTER_ITS_END)
        expired = (
            Ended(known, Reason.EXPIRED, known.expires_at, version)
            for known in self.registrations.values()
            if known.expires_at <= now
        )
        ended = _remembered((*remembered, *expired))
        return replace(self, version=version, registrations=active, ended=ended)


def _remembered(ended: tuple[Ended, ...]) -> tuple[Ended, ...]:
    return ended[-KEPT_AT_MOST:]


def require_room(
    registration: Registration,
    *,
    of_subscriber: Register,
    of_user: Register,
    limits: Limits,
    now: UnixSeconds,
) -> None:
    """Raise unless a new registration may join the two registers.

    Raises ``AlreadyExists`` (the device is registered for the number),
    ``MaxRegistrationPerMsisdn``, ``MaxRegistrationPerUser``, ``MaxDevicesPerUser``.
    """
    own, user = of_subscriber.active(now), of_user.active(now)
    if registration.device_id in {known.device_id for known in own}:
        raise AlreadyExists
    if len(own) >= limits.per_number:
        raise MaxRegistrationPerMsisdn
    if len(user) >= limits.per_user:
        raise MaxRegistrationPerUser
    devices = {known.device_id for known in user} | {registration.device_id}
    if len(devices) > limits.devices_per_user:
        raise MaxDevicesPerUser
