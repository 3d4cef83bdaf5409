"""Subscriptions and their rules: pure, no clock, no I/O. Times are Unix seconds.

Source: CAMARA WebRTC Events; CAMARA Event Subscription and Notification Guidelines; ADR 6.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Self

from camara.errors import NotFound, OutOfRange
from camara.identity import device_key

_TOKEN_MARGIN = 120
"""Seconds in which a sink is told that its token expires, while the token still opens it."""

_VERSIONED = "org.camaraproject.webrtc-events.v0."


class EventType(StrEnum):
    """CAMARA's ``SubscriptionEventType``, and the one that nobody has to subscribe to."""

    SESSION_INVITATION = _VERSIONED + "session-invitation"
    SESSION_STATUS = _VERSIONED + "session-status"
    REGISTRATION_ENDS = _VERSIONED + "registration-ends"
    SUBSCRIPTION_ENDED = _VERSIONED + "subscription-ended"


class TerminationReason(StrEnum):
    """CAMARA's ``TerminationReason``."""

    MAX_EVENTS_REACHED = "MAX_EVENTS_REACHED"
    NETWORK_TERMINATED = "NETWORK_TERMINATED"
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    ACCESS_TOKEN_EXPIRED = "ACCESS_TOKEN_EXPIRED"  # noqa: S105 - CAMARA's word
    SUBSCRIPTION_DELETED = "SUBSCRIPTION_DELETED"


class Lifetimes(NamedTuple):
    """How long a subscription may last, in seconds."""

    default: int = 30 * 24 * 3600
    longest: int = 90 * 24 * 3600

    def expiry(self, requested: int | None, now: int) -> int:
        """Return when a subscription ends; capped above, ``OutOfRange`` for what has passed."""
        if requested is None:
            return now + self.default
        if requested <= now:
            raise OutOfRange
        return min(requested, now + self.longest)


class Credential(NamedTuple):
    """An access token for the sink, encrypted in parts, and when it expires."""

    ciphertext: tuple[bytes, ...]
    expires_at: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to hear of what, where, and until when.

    It is for the device (``device_id``, a UUID in lower case) of an actor. ``number`` and
    ``actor`` are keys (``camara.identity``).
    ``version`` counts the writes. ``delivered`` counts notifications, ``last_event_id`` is that of
    the last one. ``ended`` says why there will be no more; what is ``ended`` stays so.
    """

    number: str
    subscription_id: str
    actor: str
    device_id: str
    type: EventType
    sink: str
    starts_at: int
    ends_at: int
    max_events: int | None = None
    credential: Credential | None = None
    version: int = 1
    delivered: int = 0
    last_event_id: str = ""
    ended: TerminationReason | None = None
    ended_at: int | None = None

    @property
    def device(self) -> str:
        """The device's key: a new owner of the number, or of the device id, has another one."""
        return device_key(self.actor, self.device_id)

    @property
    def due_at(self) -> int:
        """When it ends by itself: at its end, or just before its access token expires."""
        if self.credential is None:
            return self.ends_at
        return min(self.ends_at, self.credential.expires_at - _TOKEN_MARGIN)

    def is_active(self, now: int) -> bool:
        """Tell whether there is anything to notify it of."""
        return self.ended is None and self.ends_at > now

    def require_active(self, actor: str, now: int) -> None:
        """Raise ``NotFound`` unless it is active and this actor's."""
        if self.actor != actor or not self.is_active(now):
            raise NotFound

    def updated(self, credential: Credential | None, ends_at: int | None) -> Self:
        """Return it with what a PUT brings; what it does not bring stays."""
        return replace(
            self,
            version=self.version + 1,
            credential=credential or self.credential,
            ends_at=ends_at or self.ends_at,
        )

    def ended_because(self, reason: TerminationReason, now: int) -> Self:
        """Return it ended; the first reason stays."""
        if self.ended is not None:
            return self
        return replace(self, version=self.version + 1, ended=reason, ended_at=now)

    def ended_if_due(self, now: int) -> Self:
        """Return it ended if it is due, as it is if it has been given more time."""
        if self.due_at > now:
            return self
        if self.ends_at <= now:
            return self.ended_because(TerminationReason.SUBSCRIPTION_EXPIRED, now)
        return self.ended_because(TerminationReason.ACCESS_TOKEN_EXPIRED, now)

    def has_heard(self, event_id: str, now: int) -> Self:
        """Return it after a notification: the last one ends it if it wanted so many.

        What it has heard already is not counted again.
        """
        if event_id == self.last_event_id:
            return self
        after = replace(
            self, version=self.version + 1, delivered=self.delivered + 1, last_event_id=event_id
        )
        if after.ended is None and after.delivered == after.max_events:
            return replace(after, ended=TerminationReason.MAX_EVENTS_REACHED, ended_at=now)
        return after
