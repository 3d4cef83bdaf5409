"""A media session and its rules: pure, no clock, no I/O.

Times are Unix seconds, a party is a ``party_key``. Source: CAMARA Call Handling; ADR 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from call_handling.party import NETWORK
from call_handling.status import ANSWERED, OVER, Role, Status, can_transition, ending
from camara.errors import IncompatibleState, InvalidTokenContext, NotFound

_SWEEP_OUTAGE = 24 * 3600


class Timeouts(NamedTuple):
    """How long a session lasts when nobody acts, in seconds."""

    ring: int = 120
    setup: int = 180
    answered: int = 12 * 3600
    ended_retention: int = 3600


@dataclass(frozen=True, slots=True)
class Change:
    """What a PUT asks for; ``offer`` and ``answer`` are SDP texts."""

    status: Status
    offer: str | None = None
    answer: str | None = None
    location: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended a session (a party or ``network``) and when.

    ``correlator`` is that of the DELETE, empty if it had none; ``None`` if it was no DELETE.
    """

    by: str
    at: int
    correlator: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What changes when a call changes state: no address, no SDP, no location.

    ``version`` counts the writes, ``write_id`` names the last one. ``stale_at`` is when the network
    ends the session unless a party acts.
    """

    media_session_id: str
    originator: str
    receiver: str
    status: Status
    version: int
    write_id: str
    created_at: int
    stale_at: int
    expires_at: int
    has_answer: bool = False
    ended: Ending | None = None

    @classmethod
    def invite(
        cls,
        media_session_id: str,
        *,
        originator: str,
        receiver: str,
        write_id: str,
        now: int,
        timeouts: Timeouts,
    ) -> Self:
        """Begin a session: Initial, version 1."""
        stale_at = now + timeouts.ring
        return cls(
            media_session_id=media_session_id,
            originator=originator,
            receiver=receiver,
            status=Status.INITIAL,
            version=1,
            write_id=write_id,
            created_at=now,
            stale_at=stale_at,
            expires_at=stale_at + _SWEEP_OUTAGE,
        )

    @property
    def endings(self) -> dict[str, Status]:
        """What each party's DELETE, or the network's sweep, would make of the session now."""
        if self.status in OVER:
            return {}
        return {
            self.originator: ending(self.status, Role.ORIGINATOR),
            self.receiver: ending(self.status, Role.RECEIVER),
            NETWORK: ending(self.status, None),
        }

    def role_of(self, party: str) -> Role:
        """Return the role of ``party``; raise ``InvalidTokenContext`` when it has none here."""
        if party == self.originator:
            return Role.ORIGINATOR
        if party == self.receiver:
            return Role.RECEIVER
        raise InvalidTokenContext

    def require_party(self, party: str, now: int) -> Role:
        """Return the role of ``party``.

        Raises ``NotFound`` when the session is gone, ``InvalidTokenContext`` for anybody else.
        """
        if self.ended and self.expires_at <= now:
            raise NotFound
        return self.role_of(party)

    def require_readable(self, party: str, now: int) -> None:
        """Raise ``NotFound`` or ``InvalidTokenContext`` unless GET may show this to ``party``.

        Who deleted a session has no more use for it; the other end reads how it ended.
        """
        self.require_party(party, now)
        if self.ended and self.ended.by == party and self.ended.correlator is not None:
            raise NotFound

    def explain_refused_end(self, party: str, write_id: str, correlator: str, now: int) -> None:
        """Say why a DELETE was refused, from what was stored at that moment.

        Returns when the session has been ended by this very request (an answer was lost on the way
        and the SDK asked again), or by this party's earlier DELETE with the same ``correlator``
        (the client asked again). Raises ``NotFound`` or ``InvalidTokenContext`` otherwise.
        """
        self.require_party(party, now)
        if self.write_id == write_id:
            return
        if self.ended and self.ended.by == party and correlator == self.ended.correlator != "":
            return
        raise NotFound

    def changed(
        self, party: str, change: Change, *, write_id: str, now: int, timeouts: Timeouts
    ) -> "Session":
        """Return the session after ``party``'s PUT, its lease renewed.

        Raises ``NotFound``, ``InvalidTokenContext`` and, when the state forbids the change,
        ``IncompatibleState``.
        """
        role = self.require_party(party, now)
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
        if change.status in OVER:
            return replace(
                after, ended=Ending(party, now), expires_at=now + timeouts.ended_retention
            )
        stale_at = _lease_end(after, now, timeouts)
        return replace(after, stale_at=stale_at, expires_at=stale_at + _SWEEP_OUTAGE)


def _lease_end(session: Session, now: int, timeouts: Timeouts) -> int:
    if session.status in ANSWERED:
        return now + timeouts.answered
    renewed = min(now + timeouts.ring, session.created_at + timeouts.setup)
    return max(session.stale_at, renewed)
