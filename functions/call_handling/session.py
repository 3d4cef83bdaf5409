"""A media session and its rules: pure, no clock, no I/O.

Times are Unix seconds; parties and clients are keys (``camara.identity``). Source: CAMARA Call
Handling; CAMARA API Design Guide, 6.7; ADR 2 and 5.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from call_handling.party import NETWORK, Actor
from call_handling.status import (
    ANSWERED,
    OVER,
    UNANSWERED,
    Role,
    Status,
    can_transition,
    ending,
)
from camara.errors import IncompatibleState, InvalidTokenContext, NotFound

if TYPE_CHECKING:
    from registration.register import Registration

_SWEEP_OUTAGE = 24 * 3600


class UnboundClient(InvalidTokenContext):
    """The receiver, through a client that had no device of it registered when the call began."""


class Timeouts(NamedTuple):
    """How long a session lasts when nobody acts, in seconds."""

    ring: int = 120
    setup: int = 180
    answered: int = 12 * 3600
    ended_retention: int = 3600


class CallingDevice(NamedTuple):
    """Where a call comes from: the keys of originator and client, and the device's registration."""

    originator: str
    client: str
    registration_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a PUT asks for; ``offer`` and ``answer`` are SDP texts.

    ``registration_id`` is that of the device that answers, if it says so.
    """

    status: Status
    offer: str | None = None
    answer: str | None = None
    location: Mapping[str, Any] | None = None
    registration_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended a session (the key of an actor, or ``network``) and when.

    ``correlator`` is that of the DELETE, empty if it had none; ``None`` if it was no DELETE.
    """

    by: str
    at: int
    correlator: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What changes when a call changes state: no address, no SDP, no location.

    ``version`` counts the writes, ``write_id`` names the last one. ``stale_at`` is when the network
    ends the session unless a party acts. ``registration_id`` is the device that calls,
    ``receiver_clients`` those through which the receiver's devices were registered when it did, and
    ``answered_on`` the registrations of which one has answered.
    """

    media_session_id: str
    registration_id: str
    originator: str
    originator_client: str
    receiver: str
    receiver_clients: frozenset[str]
    status: Status
    version: int
    write_id: str
    created_at: int
    stale_at: int
    expires_at: int
    has_answer: bool = False
    answered_on: frozenset[str] = frozenset()
    ended: Ending | None = None

    @classmethod
    def invite(
        cls,
        media_session_id: str,
        *,
        device: CallingDevice,
        receiver: str,
        receiver_clients: frozenset[str],
        write_id: str,
        now: int,
        timeouts: Timeouts,
    ) -> Self:
        """Begin a session: Initial, version 1."""
        stale_at = now + timeouts.ring
        return cls(
            media_session_id=media_session_id,
            registration_id=device.registration_id,
            originator=device.originator,
            originator_client=device.client,
            receiver=receiver,
            receiver_clients=receiver_clients,
            status=Status.INITIAL,
            version=1,
            write_id=write_id,
            created_at=now,
            stale_at=stale_at,
            expires_at=stale_at + _SWEEP_OUTAGE,
        )

    @property
    def roles(self) -> dict[str, Role]:
        """The actors that this call is bound to, by their keys, and the leg that each acts for.

        A client alone acts for the only leg that it has; when it has both, nobody knows which.
        """
        caller, called = self.originator_client, self.receiver_clients
        roles = {Actor(self.receiver, client): Role.RECEIVER for client in called}
        roles[Actor(self.receiver, "", late=True)] = Role.RECEIVER
        roles[Actor(self.originator, caller)] = Role.ORIGINATOR
        for client in called ^ {caller}:
            roles[Actor(None, client)] = Role.ORIGINATOR if client == caller else Role.RECEIVER
        return {actor.key: role for actor, role in roles.items()}

    @property
    def endings(self) -> dict[str, Status]:
        """What each actor's DELETE, or the network's sweep, would make of the session now."""
        if self.status in OVER:
            return {}
        return {actor: ending(self.status, role) for actor, role in self.roles.items()} | {
            NETWORK: ending(self.status, None)
        }

    def role_of(self, actor: Actor) -> Role:
        """Return the role of ``actor``.

        Raises ``InvalidTokenContext`` when it has none here, of which ``UnboundClient`` is a case.
        """
        role = self.roles.get(actor.key)
        if role is None:
            raise UnboundClient if actor.party == self.receiver else InvalidTokenContext
        return role

    def party(self, role: Role) -> str:
        """Return who has this role."""
        return self.originator if role is Role.ORIGINATOR else self.receiver

    @property
    def ended_by(self) -> Role | None:
        """Who ended the session; ``None`` while it lives, and when the network did."""
        return self.roles.get(self.ended.by) if self.ended else None

    def require_party(self, actor: Actor, now: int) -> Role:
        """Return the role of ``actor``.

        Raises ``NotFound`` when the session is gone, ``InvalidTokenContext`` for anybody else.
        """
        if self.ended and self.expires_at <= now:
            raise NotFound
        return self.role_of(actor)

    def require_readable(self, actor: Actor, now: int) -> Role:
        """Return the role of ``actor`` if GET may show it the session.

        Who deleted a session has no more use for it; the other end reads how it ended. Raises
        ``NotFound`` and ``InvalidTokenContext``.
        """
        role = self.require_party(actor, now)
        if self.ended and self.ended.correlator is not None and self.ended_by is role:
            raise NotFound
        return role

    def explain_refused_end(self, actor: Actor, write_id: str, correlator: str, now: int) -> None:
        """Say why a DELETE was refused, from what was stored at that moment.

        Returns when the session has been ended by this very request (an answer was lost on the way
        and the SDK asked again), or by this party's earlier DELETE with the same ``correlator``
        (the client asked again). Raises ``NotFound`` or ``InvalidTokenContext`` otherwise.
        """
        role = self.require_party(actor, now)
        if self.write_id == write_id:
            return
        if self.ended and self.ended_by is role and correlator == self.ended.correlator != "":
            return
        raise NotFound

    def is_answered_by(self, change: Change) -> bool:
        """Tell whether this change is an answer."""
        return self.status in UNANSWERED and change.status in ANSWERED

    def changed(
        self,
        actor: Actor,
        change: Change,
        *,
        devices: "Collection[Registration]",
        write_id: str,
        now: int,
        timeouts: Timeouts,
    ) -> "Session":
        """Return the session after the PUT of ``actor``, its lease renewed.

        ``devices`` are the receiver's, needed when the session ``is_answered_by`` the change.

        Raises ``NotFound``, ``InvalidTokenContext`` and, when the state forbids the change,
        ``IncompatibleState``.
        """
        role = self.require_party(actor, now)
        if self.status in OVER:
            raise NotFound
        has_answer = self.has_answer or change.answer is not None
        if not can_transition(role, self.status, change.status) or (
            change.status in ANSWERED and not has_answer
        ):
            raise IncompatibleState
        after = replace(
            self,
            status=change.status,
            version=self.version + 1,
            write_id=write_id,
            has_answer=has_answer,
        )
        if self.is_answered_by(change):
            after = replace(after, answered_on=_answering(actor, change, devices))
        if change.status in OVER:
            return replace(
                after, ended=Ending(actor.key, now), expires_at=now + timeouts.ended_retention
            )
        stale_at = _lease_end(after, now, timeouts)
        return replace(after, stale_at=stale_at, expires_at=stale_at + _SWEEP_OUTAGE)


def _answering(actor: Actor, change: Change, devices: "Collection[Registration]") -> frozenset[str]:
    """Return the registrations of which one has answered: one, if it says which."""
    own = frozenset(known.registration_id for known in devices if known.client == actor.client)
    if change.registration_id is None:
        return own
    if change.registration_id not in own:
        raise InvalidTokenContext
    return frozenset({change.registration_id})


def _lease_end(session: Session, now: int, timeouts: Timeouts) -> int:
    if session.status in ANSWERED:
        return now + timeouts.answered
    renewed = min(now + timeouts.ring, session.created_at + timeouts.setup)
    return max(session.stale_at, renewed)
