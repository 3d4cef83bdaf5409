"""Registers of devices and their rules: pure, no clock, no I/O.

A registration ties a device to a number for a while. It is in two registers, that of the number and
that of the user, so that both can be limited. Times are Unix seconds. Source: CAMARA WebRTC
Registration; ADR 5.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, Self

from camara.errors import (
    AlreadyExists,
    MaxDevicesPerUser,
    MaxRegistrationPerMsisdn,
    MaxRegistrationPerUser,
    NotFound,
    OutOfRange,
)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_registration_id(text: str) -> bool:
    """Tell whether this could be the id of a registration: a UUID as this service makes them."""
    return _UUID.fullmatch(text) is not None


class Lifetimes(NamedTuple):
    """How long a registration may last, in seconds."""

    default: int = 3600
    shortest: int = 60
    longest: int = 24 * 3600

    def expiry(self, requested: int | None, now: int) -> int:
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
    """A device (a UUID in lower case), registered by ``client`` for ``user`` (keys, both)."""

    registration_id: str
    device_id: str
    client: str
    user: str
    expires_at: int

    def until(self, expires_at: int) -> Self:
        """Return it, refreshed."""
        return replace(self, expires_at=expires_at)


class Ended(NamedTuple):
    """A registration that is no more."""

    registration: Registration
    reason: Reason


@dataclass(frozen=True, slots=True)
class Register:
    """The registrations of one owner, expired ones among them until the next change.

    ``version`` counts the writes, 0 is for a register that is not stored. ``ended`` is what the
    last change took out: the table's stream tells others of it.
    """

    owner: str
    version: int = 0
    registrations: Mapping[str, Registration] = field(default_factory=dict)
    ended: tuple[Ended, ...] = ()

    def active(self, now: int) -> list[Registration]:
        """Return the registrations that count."""
        return [known for known in self.registrations.values() if known.expires_at > now]

    def find(self, registration_id: str, now: int) -> Registration:
        """Return an active registration. Raises ``NotFound``."""
        known = self.registrations.get(registration_id)
        if known is None or known.expires_at <= now:
            raise NotFound
        return known

    def with_(self, registration: Registration, now: int) -> Self:
        """Return the register with a new or a refreshed registration, and without expired ones."""
        after = self.without_expired(now)
        added = {registration.registration_id: registration}
        return replace(after, registrations={**after.registrations, **added})

    def without(self, registration: Registration, now: int) -> Self:
        """Return the register without a registration that is deleted, and without expired ones."""
        after = self.without_expired(now)
        left = {**after.registrations}
        left.pop(registration.registration_id, None)
        ended = (*after.ended, Ended(registration, Reason.DELETED))
        return replace(after, registrations=left, ended=ended)

    def without_expired(self, now: int) -> Self:
        """Return the register without what has expired: the next version."""
        active = {known.registration_id: known for known in self.active(now)}
        expired = (known for known in self.registrations.values() if known.expires_at <= now)
        return replace(
            self,
            version=self.version + 1,
            registrations=active,
            ended=tuple(Ended(known, Reason.EXPIRED) for known in expired),
        )


def require_room(
    registration: Registration,
    *,
    of_number: Register,
    of_user: Register,
    limits: Limits,
    now: int,
) -> None:
    """Raise unless a new registration may join the two registers.

    Raises ``AlreadyExists`` (the device is registered for the number),
    ``MaxRegistrationPerMsisdn``, ``MaxRegistrationPerUser``, ``MaxDevicesPerUser``.
    """
    number, user = of_number.active(now), of_user.active(now)
    if registration.device_id in {known.device_id for known in number}:
        raise AlreadyExists
    if len(number) >= limits.per_number:
        raise MaxRegistrationPerMsisdn
    if len(user) >= limits.per_user:
        raise MaxRegistrationPerUser
    devices = {known.device_id for known in user} | {registration.device_id}
    if len(devices) > limits.devices_per_user:
        raise MaxDevicesPerUser
