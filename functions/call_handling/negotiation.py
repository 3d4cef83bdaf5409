"""SDP offer/answer negotiation (RFC 3264, JSEP) for a call of two ends.

Pure, no clock, no I/O. Before the call is answered only the originator offers; an answer is *early*
(SIP's 183, JSEP's ``pranswer``) until the PUT that connects. Afterwards either end may offer, one
at a time. Times are Unix seconds. Source: RFC 3264, section 4; RFC 3261, section 14.1 (491) and
timer B; ADR 7.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from call_handling.legs import Answerer
from call_handling.status import Role
from camara.errors import IncompatibleState
from camara.unix_time import UnixSeconds

OFFER_STANDS_SECONDS = 32
"""How long an offer keeps the other end from making one: SIP's timer B."""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """State of the offer/answer exchange.

    ``has_answer``: there is an answer to the offer, to be shown. ``early_by`` gave it before the
    call was answered. In an answered call, ``offered_by`` has made an offer that is still open;
    ``offered_at`` is when it made its first one, should it have replaced it since.
    """

    has_answer: bool = False
    early_by: Answerer | None = None
    offered_by: Role | None = None
    offered_at: UnixSeconds = 0


class Descriptions(NamedTuple):
    """An offer and an answer (SDP texts), each ``None`` if there is none."""

    offer: str | None = None
    answer: str | None = None


class Negotiated(NamedTuple):
    """Result of a step: the new state, and the offer and the answer to show."""

    negotiation: Negotiation
    shown: Descriptions


def before_answer(
    state: Negotiation, shown: Descriptions, role: Role, sent: Descriptions, by: Answerer
) -> Negotiated:
    """Apply a PUT before the call is answered: the originator's new offer, or an early answer."""
    if role is Role.ORIGINATOR:
        return Negotiated(state, shown._replace(offer=sent.offer or shown.offer))
    if sent.answer in (None, shown.answer):
        return Negotiated(state, shown)
    return Negotiated(
        replace(state, has_answer=True, early_by=by), shown._replace(answer=sent.answer)
    )


def settle(state: Negotiation, shown: Descriptions, answer: str | None, by: Answerer) -> Negotiated:
    """Complete the exchange when the call is answered.

    The answer is the one that is sent along, or the early one of the same device. An answer equal
    to the one shown does not count as sent: a client may just send back the resource that it has
    read. Raises ``IncompatibleState`` when there is no answer.
    """
    if answer in (None, shown.answer) and (state.early_by is None or not state.early_by.may_be(by)):
        raise IncompatibleState
    return Negotiated(Negotiation(has_answer=True), shown._replace(answer=answer or shown.answer))


def renegotiate(
    state: Negotiation, shown: Descriptions, role: Role, sent: Descriptions, now: UnixSeconds
) -> Negotiated:
    """Apply a new offer or answer in an answered call; what is shown already does not count.

    Raises ``IncompatibleState`` for an offer while the other end's is open, and for an answer when
    there is no open offer: else two devices that answer at once would both take theirs for the one.
    """
    offer = sent.offer if sent.offer != shown.offer else None
    answer = sent.answer if sent.answer != shown.answer else None
    others_stands = state.offered_by not in (None, role)
    if offer is not None:
        # With an answer it is no new offer, but the one that is answered: the open one replaced it.
        if others_stands and (answer or now < state.offered_at + OFFER_STANDS_SECONDS):
            raise IncompatibleState
        # Replacing one's own offer does not prolong the time in which the other end cannot offer.
        since = now if state.offered_by is not role else state.offered_at
        return Negotiated(Negotiation(offered_by=role, offered_at=since), Descriptions(offer))
    if answer is None or state.offered_by is role:
        return Negotiated(state, shown)
    if not others_stands:
        raise IncompatibleState
    return Negotiated(Negotiation(has_answer=True), shown._replace(answer=answer))
