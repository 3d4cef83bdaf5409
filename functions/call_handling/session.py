"""A media session and its rules: pure, no clock, no I/O.

Times are Unix seconds. Source: CAMARA Call Handling; CAMARA API Design Guide, 6.7; ADR 2, 5 and 7.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, Self

from call_handling.call_actor import NETWORK, LateActor
from call_handling.legs import Legs, NotAParty
from call_handling.negotiation import Negotiation
from call_handling.status import (
    ANSWERED,
    OVER,
    UNANSWERED,
    Role,
    Status,
    can_transition,
    end_status,
)
from camara.actor import Actor
from camara.errors import IncompatibleState, NotFound, TooManyRequests
from camara.identity import ActorKey
from camara.unix_time import UnixSeconds

if TYPE_CHECKING:
    from registration.register import Register

CHANGES_AT_ONCE = 30
"""Rate limit of a call: so many changes, and one more for each second of its age."""

_SWEEP_OUTAGE = 24 * 3600
_WORTH_A_WRITE = 10
"""A request that changes nothing renews the lease if that moves it by a tenth of its length."""


class ChangedTooOften(TooManyRequests):
    """Raised for a call that has seen more changes than its age allows for."""


class Timeouts(NamedTuple):
    """How long a session lasts when nobody acts, in seconds."""

    ring: int = 120
    setup: int = 180
    answered: int = 12 * 3600
    ended_retention: int = 3600


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """Who ended a session (the name of an actor's entry, or ``network``) and when.

    ``correlator`` is that of the DELETE, empty if it had none; ``None`` if it was no DELETE.
    """

    by: str
    at: UnixSeconds
    correlator: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """The state of a call: who takes part, its status, its times. No address, SDP or location.

    ``version`` counts the changes, ``write_id`` names the write that made the last one; renewing
    the lease without a change keeps both. ``stale_at`` is when the network ends the session unless
    a party acts. A session that is over cannot be read from ``expires_at`` on, and DynamoDB may
    remove it then. ``ended`` is set once it is over.
    """

    media_session_id: str
    legs: Legs
    status: Status
    version: int
    write_id: str
    created_at: UnixSeconds
    stale_at: UnixSeconds
    expires_at: UnixSeconds
    negotiation: Negotiation = field(default_factory=Negotiation)
    ended: SessionEnd | None = None

    @classmethod
    def invite(
        cls,
        media_session_id: str,
        legs: Legs,
        *,
        write_id: str,
        now: UnixSeconds,
        timeouts: Timeouts,
    ) -> Self:
        """Begin a session: Initial, version 1."""
        stale_at = now + timeouts.ring
        return cls(
            media_session_id=media_session_id,
            legs=legs,
            status=Status.INITIAL,
            version=1,
            write_id=write_id,
            created_at=now,
            stale_at=stale_at,
            expires_at=stale_at + _SWEEP_OUTAGE,
        )

    @property
    def endings(self) -> dict[str, Status]:
        """The final status that each actor's DELETE, or the network, would leave; empty if over."""
        if self.status in OVER:
            return {}
        return {actor: end_status(self.status, role) for actor, role in self.legs.roles.items()} | {
            NETWORK: end_status(self.status, None)
        }

    @property
    def ended_by(self) -> Role | None:
        """Who ended the session; ``None`` while it lives, and when the network did."""
        return self.legs.roles.get(ActorKey(self.ended.by)) if self.ended else None

    def require_party(self, actor: Actor, now: UnixSeconds) -> Role:
        """Return the role of ``actor``.

        Raises ``NotFound`` when the session is gone; ``NotAParty`` or ``Unbound`` for an actor that
        has no role, or registered only after the session was over.
        """
        if self.ended and self.expires_at <= now:
            raise NotFound
        role = self.legs.role_of(actor)
        if self.ended and isinstance(actor, LateActor) and actor.registered_at > self.ended.at:
            raise NotAParty
        return role

    def require_readable(self, actor: Actor, now: UnixSeconds) -> Role:
        """Return the role of ``actor`` if GET may show it the session.

        For the party that deleted the session it is gone (``NotFound``); the other one can read how
        it ended. Raises what ``require_party`` raises.
        """
        role = self.require_party(actor, now)
        if self.ended and self.ended.correlator is not None and self.ended_by is role:
            raise NotFound
        return role

    def explain_refused_end(
        self,
        actor: Actor,
        registration_id: str | None,
        *,
        write_id: str,
        correlator: str,
        now: UnixSeconds,
    ) -> None:
        """Raise the reason for which a DELETE was refused, given the session as it was stored then.

        Returns if the DELETE is a repetition: the session was ended by this very request (the SDK
        has sent it again, for its answer was lost), or by this party's earlier DELETE with the same
        ``correlator``. Otherwise raises ``NotFound``, and what ``require_party`` and
        ``Legs.require_holder`` raise.
        """
        role = self.require_party(actor, now)
        if self.write_id == write_id:
            return
        if self.ended is None:
            self.legs.require_holder(role, actor, registration_id)
        elif self.ended_by is role and correlator == self.ended.correlator != "":
            return
        raise NotFound

    def is_ended_by_put(self, role: Role, status: Status) -> bool:
        """Tell whether a PUT of this party has ended the session with this status already."""
        by_put = self.ended is not None and self.ended.correlator is None
        return by_put and self.ended_by is role and self.status is status

    def require_changeable(self, role: Role, actor: Actor, registration_id: str | None) -> None:
        """Raise unless the session lives, and the named device (if any) holds the leg of ``role``.

        Raises ``NotFound``, ``DeviceNotAllowed`` and ``Unbound``.
        """
        if self.status in OVER:
            raise NotFound
        self.legs.require_holder(role, actor, registration_id)

    def is_answered_by(self, status: Status) -> bool:
        """Tell whether a change to ``status`` answers the call."""
        return self.status in UNANSWERED and status in ANSWERED

    def require_transition(self, role: Role, status: Status) -> None:
        """Raise ``IncompatibleState`` unless this party may change the status to ``status``."""
        if not can_transition(role, self.status, status):
            raise IncompatibleState

    def answered(
        self, actor: Actor, registration_id: str | None, register: "Register", now: UnixSeconds
    ) -> Self:
        """Return the session with the receiving leg given to the answering actor alone.

        See ``Legs.answered``.
        """
        legs = self.legs.answered(actor, registration_id, register, since=self.created_at, now=now)
        return replace(self, legs=legs)

    def require_rate(self, status: Status, now: UnixSeconds) -> None:
        """Raise ``ChangedTooOften`` if the call has used up its rate limit.

        Answering and ending are exempt: each happens once, and nobody may be able to prevent it.
        """
        free = status in OVER or self.is_answered_by(status)
        if not free and self.version > CHANGES_AT_ONCE + now - self.created_at:
            raise ChangedTooOften

    def written(self, write_id: str) -> Self:
        """Return the session as its next version."""
        return replace(self, version=self.version + 1, write_id=write_id)

    def over(self, actor: str, now: UnixSeconds, timeouts: Timeouts) -> Self:
        """Return the session as ended by a PUT; ``actor`` is the name of its entry."""
        return replace(
            self, ended=SessionEnd(actor, now), expires_at=now + timeouts.ended_retention
        )

    def renewed(self, now: UnixSeconds, timeouts: Timeouts) -> Self:
        """Return the session with its lease renewed from ``now``."""
        stale_at = self._lease_end(now, timeouts)
        return replace(self, stale_at=stale_at, expires_at=stale_at + _SWEEP_OUTAGE)

    def is_worth_renewing(self, now: UnixSeconds, timeouts: Timeouts) -> bool:
        """Tell whether renewing the lease would move its end far enough to be worth a write."""
        lease = timeouts.answered if self.status in ANSWERED else timeouts.ring
        return (self._lease_end(now, timeouts) - self.stale_at) * _WORTH_A_WRITE >= lease

    def _lease_end(self, now: UnixSeconds, timeouts: Timeouts) -> int:
        if self.status in ANSWERED:
            return now + timeouts.answered
        renewed = min(now + timeouts.ring, self.created_at + timeouts.setup)
        return max(self.stale_at, renewed)
