"""A whole call: the session, and what is stored beside it.

Addresses, SDP and locations stay out of the item that changes state, so that ending a call costs
the same whatever their size (up to 64 KiB an SDP).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from call_handling.party import Actor
from call_handling.session import Change, Session, Timeouts
from call_handling.status import ANSWERED, OVER, Role

if TYPE_CHECKING:
    from registration.register import Registration


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the originator asked for, as it asked: kept for display, never for decisions."""

    originator_address: str
    receiver_address: str
    originator_name: str | None = None
    receiver_name: str | None = None
    call_type: str | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """SDP texts, and each party's last location under its key."""

    offer: str
    answer: str | None = None
    locations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def changed(self, party: str, change: Change) -> "Media":
        """Return what a PUT makes of this."""
        locations = self.locations
        if change.location is not None:
            locations = {**locations, party: change.location}
        return Media(change.offer or self.offer, change.answer or self.answer, locations)


class Call(NamedTuple):
    """A session with what is beside it; DynamoDB may remove that from ``media_expires_at`` on."""

    session: Session
    invitation: Invitation
    media: Media
    media_expires_at: int

    def changed(
        self,
        actor: Actor,
        change: Change,
        *,
        devices: "Collection[Registration]" = (),
        write_id: str,
        now: int,
        timeouts: Timeouts,
    ) -> "Call":
        """Return the call after the PUT of ``actor``; raises what ``Session.changed`` raises."""
        role = self.session.require_party(actor, now)
        change = self._contribution(role, change)
        session = self.session.changed(
            actor, change, devices=devices, write_id=write_id, now=now, timeouts=timeouts
        )
        expires_at = self.media_expires_at
        if session.expires_at > expires_at:
            expires_at = media_expiry(session, timeouts)
        media = self.media.changed(session.party(role), change)
        return Call(session, self.invitation, media, expires_at)

    def _contribution(self, role: Role, change: Change) -> Change:
        """Leave out what is not for this role to say.

        Until the call is answered the offer is the originator's and the answer the receiver's: a
        client that sends the whole resource back changes neither. An ending brings no media.
        """
        if change.status in OVER:
            return Change(change.status)
        if self.session.status in ANSWERED:
            return change
        if role is Role.ORIGINATOR:
            return replace(change, answer=None)
        return replace(change, offer=None)


def media_expiry(session: Session, timeouts: Timeouts) -> int:
    """Return until when to keep media, in Unix seconds.

    A whole lease longer than the session, so that renewing the lease rarely has to touch it.
    """
    return session.expires_at + timeouts.answered
