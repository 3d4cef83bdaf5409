"""A session that somebody has deleted, and calls that are changed."""

from dataclasses import replace

from call_handling.call import Call, Change
from call_handling.call_actor import LateActor, entry_of
from call_handling.session import Session, SessionEnd, Timeouts
from call_handling.status import Status
from camara.actor import Actor
from registration.register import Register, Registration
from tests.support.builders import BOB, NOW, TIMEOUTS, a_placed_call, a_registration, a_session

RETENTION = TIMEOUTS.ended_retention


def late(actor: Actor, registered_at: int = NOW) -> LateActor:
    """The actor, with a device that the call did not know when it was placed."""
    return LateActor(actor.subscriber_key, actor.client, actor.user, registered_at=registered_at)


def deleted_by(actor: Actor, correlator: str = "", write_id: str = "delete-1") -> Session:
    """A session that was deleted at ``NOW``."""
    return a_session(
        Status.TERMINATED,
        write_id=write_id,
        ended=SessionEnd(entry_of(actor), NOW, correlator),
        expires_at=NOW + RETENTION,
    )


def a_register(*devices: Registration) -> Register:
    """The register of a number with these devices (Bob's first, if not said)."""
    known = devices or (a_registration(BOB),)
    return Register("", registrations={each.registration_id: each for each in known})


def put_call(
    call: Call,
    actor: Actor,
    change: Change,
    *,
    now: int = NOW,
    register: Register | None = None,
    timeouts: Timeouts = TIMEOUTS,
) -> Call:
    """What becomes of a call whose receiver has the device that it rings on, or others."""
    return call.changed(
        actor,
        change,
        register=register or a_register(),
        write_id="write-2",
        now=now,
        timeouts=timeouts,
    )


def put(
    session: Session,
    actor: Actor,
    change: Change,
    *,
    now: int = NOW,
    register: Register | None = None,
) -> Session:
    """What becomes of a session with an offer beside it, and an answer if it has one."""
    return put_call(a_call_of(session), actor, change, now=now, register=register).session


def a_call_of(session: Session) -> Call:
    """A session with an offer beside it, and an answer if it has one."""
    call = a_placed_call(session)
    if session.negotiation.has_answer:
        return call._replace(media=replace(call.media, answer="answer-1"))
    return call
