"""Domain of registrations: which devices are registered, for how long, and how many may be.

A registration ties a device to a number until it expires or is deleted. A register is the list of
one owner's registrations. Each registration is in two of them, that of its number and that of its
user, so that both can be limited. No clock and no I/O here; values are immutable. Source: CAMARA
WebRTC Registration; ADR 5.
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
"""Seconds for which a register keeps an ended registration.

Until then its device is still notified of the end of a call that has rung on it.
"""

KEPT_AT_MOST = 20
"""The most ended registrations that a register keeps, for all of it is written at each change."""


class Lifetimes(NamedTuple):
    """How long a registration may last, in seconds."""

    default: int = 3600
    shortest: int = 60
    longest: int = 24 * 3600

    def expiry(self, requested: int | None, now: UnixSeconds) -> UnixSeconds:
        """Return when a registration expires that is made, or refreshed, ``now``.

        ``requested`` is in Unix seconds; the longest lifetime caps it, and ``None`` takes the
        default. Raises ``OutOfRange`` if it is below the shortest one.
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
    """A device (``device_id``, a UUID in lower case) as one actor has registered it.

    ``actor`` is the key (``camara.identity``) made of number, ``client`` and ``user``. A refresh
    moves ``expires_at`` and leaves ``made_at`` as it was.
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
        """The device's key, made of actor and ``device_id``: the same id may be two actors'."""
        return derive_device_key(self.actor, self.device_id)

    @property
    def key(self) -> RegistrationKey:
        """The registration's key, which a call stores for the devices of its legs."""
        return derive_registration_key(self.client, self.registration_id)

    def is_of(self, actor: Actor) -> bool:
        """Tell whether it belongs to this actor.

        An actor without a subscriber (a two-legged token) owns all that its client has registered.
        """
        if actor.subscriber_key is None:
            return self.client == actor.client
        return self.actor == actor.key

    def until(self, expires_at: UnixSeconds) -> Self:
        """Return a copy that expires at another time."""
        return replace(self, expires_at=expires_at)


class Ended(NamedTuple):
    """A registration that has ended: why, when, and in which version of its register."""

    registration: Registration
    reason: Reason
    at: UnixSeconds
    version: int


@dataclass(frozen=True, slots=True)
class Register:
    """The registrations of one owner; expired ones stay among them until the next change.

    ``version`` is what optimistic locking compares: it counts the writes, and is 0 for a register
    that is not stored. ``ended`` has the registrations that ended lately. Those that the last
    change ended (``just_ended``) are for the readers of the table's stream.
    """

    owner: str
    version: int = 0
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    ended: tuple[Ended, ...] = ()

    def active(self, now: UnixSeconds) -> list[Registration]:
        """Return the registrations that have not expired."""
        return [known for known in self.registrations.values() if known.expires_at > now]

    def active_of(
        self, actor: Actor, now: UnixSeconds, registration_id: str | None = None
    ) -> list[Registration]:
        """Return the active registrations of this actor, or the one of them with this id."""
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
        """Active and expired registrations, then the ended ones that are kept, newest first.

        ``expires_at`` of an ended one is when it ended.
        """
        ended = (end.registration.until(end.at) for end in reversed(self.ended))
        return [*self.registrations.values(), *ended]

    @property
    def just_ended(self) -> list[Ended]:
        """The registrations that the last change ended."""
        return [end for end in self.ended if end.version == self.version]

    def with_(self, registration: Registration, now: UnixSeconds) -> Self:
        """Return the next version: a registration added or replaced, the expired ones ended."""
        after = self.without_expired(now)
        added = {registration.registration_id: registration}
        return replace(after, registrations={**after.registrations, **added})

    def without(self, registration: Registration, now: UnixSeconds) -> Self:
        """Return the next version: a registration deleted, the expired ones ended."""
        after = self.without_expired(now)
        left = {**after.registrations}
        left.pop(registration.registration_id, None)
        deleted = Ended(registration, Reason.DELETED, now, after.version)
        return replace(after, registrations=left, ended=_newest((*after.ended, deleted)))

    def without_expired(self, now: UnixSeconds) -> Self:
        """Return the next version: the expired registrations ended."""
        version = self.version + 1
        active = {known.registration_id: known for known in self.active(now)}
        remembered = (end for end in self.ended if end.at > now - KEPT_AFTER_ITS_END)
        expired = (
            Ended(known, Reason.EXPIRED, known.expires_at, version)
            for known in self.registrations.values()
            if known.expires_at <= now
        )
        ended = _newest((*remembered, *expired))
        return replace(self, version=version, registrations=active, ended=ended)


def _newest(ended: tuple[Ended, ...]) -> tuple[Ended, ...]:
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
