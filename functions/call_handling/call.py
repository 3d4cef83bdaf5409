"""A call: the session, and the invitation, SDP and locations that are stored beside it.

Addresses, SDP and locations stay out of the item that changes state, so that ending a call costs
the same whatever their size (up to 64 KiB an SDP).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from call_handling.call_actor import entry_of
from call_handling.legs import Answerer
from call_handling.negotiation import (
    Descriptions,
    Negotiated,
    before_answer,
    renegotiate,
    settle,
)
from call_handling.session import Session, Timeouts
from call_handling.status import ANSWERED, OVER, UNANSWERED, Role, Status
from camara.actor import Actor
from camara.errors import IncompatibleState
from camara.identity import ActorKey
from camara.unix_time import UnixSeconds

if TYPE_CHECKING:
    from registration.register import Register


@dataclass(frozen=True, slots=True)
class Change:
    """What a PUT asks for; ``offer`` and ``answer`` are SDP texts.

    ``registration_id`` is that of the device that asks, if it says so.
    """

    status: Status
    offer: str | None = None
    answer: str | None = None
    location: Mapping[str, Any] | None = None
    registration_id: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who calls whom, and how: for display only, never for decisions."""

    originator_address: str
    receiver_address: str
    originator_name: str | None = None
    receiver_name: str | None = None
    call_type: str | None = None


_SWEEP_OUTAGE = 300
"""Seconds that sweeps may be out of order without media expiring in a live call."""


@dataclass(frozen=True, slots=True)
class Media:
    """SDP texts, and each actor's last location under its key."""

    offer: str
    answer: str | None = None
    locations: Mapping[ActorKey, Mapping[str, Any]] = field(default_factory=dict)


class Call(NamedTuple):
    """A session with the invitation and media stored beside it.

    DynamoDB may remove those from ``media_expires_at`` on. Ending a call writes to the session
    alone; media are to outlive it by twice the retention at most. So they never expire later than
    that from now, and while a call lives the sweep moves their expiry again and again.
    """

    session: Session
    invitation: Invitation
    media: Media
    media_expires_at: UnixSeconds

    @property
    def readable_media(self) -> Media | None:
        """The media, ``None`` as soon as the call is over."""
        return None if self.session.status in OVER else self.media

    def due_at(self, now: UnixSeconds, timeouts: Timeouts) -> UnixSeconds:
        """Return when the sweep is to look at the call: at its deadline, or earlier.

        Earlier when its media are to be stored for longer. An unanswered call is looked at when its
        first ringing time is over, even if its lease has been renewed: so a change of such a call
        leaves its place in the index as it is, and costs no write to the index.
        """
        due_at = min(self.session.stale_at, self._media_due_at(timeouts))
        rung_at = self.session.created_at + timeouts.ring
        if self.session.status in UNANSWERED and now < rung_at:
            return min(due_at, rung_at)
        return due_at

    def are_media_due(self, now: UnixSeconds, timeouts: Timeouts) -> bool:
        """Tell whether media are to be stored anew, with another expiry.

        They are when they would expire too soon, or too late (the retention has been shortened).
        """
        is_late = self.media_expires_at > media_expiry(now, timeouts)
        return is_late or self._media_due_at(timeouts) <= now

    def _media_due_at(self, timeouts: Timeouts) -> UnixSeconds:
        return self.media_expires_at - timeouts.ended_retention - _SWEEP_OUTAGE

    def with_media_kept(self, now: UnixSeconds, timeouts: Timeouts) -> "Call":
        """Return the call with the expiry of its media counted from ``now``."""
        return self._replace(media_expires_at=media_expiry(now, timeouts))

    def changed(
        self,
        actor: Actor,
        change: Change,
        *,
        register: "Register | None",
        write_id: str,
        now: UnixSeconds,
        timeouts: Timeouts,
    ) -> "Call":
        """Return the call after the PUT of ``actor``, the same object if nothing is to be written.

        PUT is idempotent: it also returns the same object when a party repeats the PUT by which it
        ended the call. ``register`` is the receiver's, needed when the session ``is_answered_by``
        the change. Every change renews the lease. A PUT that changes nothing renews it when that is
        worth a write, and leaves the version as it is.

        Raises ``NotFound``, ``NotAParty``, ``DeviceNotAllowed`` and ``Unbound``; when the state
        forbids the change, ``IncompatibleState``; after too many, ``ChangedTooOften``.
        """
        before, named = self.session, change.registration_id
        connects = change.status is Status.CONNECTED and before.status in ANSWERED
        if connects and before.legs.is_answered_elsewhere(actor, named):
            raise IncompatibleState
        role = before.require_party(actor, now)
        if before.is_ended_by_put(role, change.status):
            return self
        before.require_changeable(role, actor, named)
        before.require_transition(role, change.status)
        after = replace(before, status=change.status)
        media = self.media
        if change.status in OVER:
            after = after.over(entry_of(actor), now, timeouts)
        else:
            if register is not None and before.is_answered_by(change.status):
                after = after.answered(actor, named, register, now)
            negotiation, shown = self._negotiated(role, actor, change, now)
            after = replace(after, negotiation=negotiation)
            media = Media(shown.offer or media.offer, shown.answer, self._locations(actor, change))
        if (after, media) != (before, self.media):
            before.require_rate(change.status, now)
            after = after.written(write_id)
        elif not before.is_worth_renewing(now, timeouts):
            return self
        if after.ended is None:
            after = after.renewed(now, timeouts)
        return Call(after, self.invitation, media, self.media_expires_at)

    def _negotiated(self, role: Role, actor: Actor, change: Change, now: UnixSeconds) -> Negotiated:
        state = self.session.negotiation
        shown = Descriptions(self.media.offer, self.media.answer)
        sent = Descriptions(change.offer, change.answer)
        by = Answerer.of(actor, change.registration_id)
        if self.session.status in ANSWERED:
            return renegotiate(state, shown, role, sent, now)
        if change.status in ANSWERED:
            return settle(state, shown, sent.answer, by)
        return before_answer(state, shown, role, sent, by)

    def _locations(self, actor: Actor, change: Change) -> Mapping[ActorKey, Mapping[str, Any]]:
        if change.location is None:
            return self.media.locations
        return {**self.media.locations, actor.key: change.location}


def media_expiry(now: UnixSeconds, timeouts: Timeouts) -> UnixSeconds:
    """Return when media expire that are stored ``now``."""
    return now + 2 * timeouts.ended_retention
