"""A session that is changed, or that somebody has deleted."""

from call_handling.party import Actor
from call_handling.session import Change, Ending, Session
from call_handling.status import Status
from tests.support.builders import NOW, TIMEOUTS, a_session

RETENTION = TIMEOUTS.ended_retention


def deleted_by(actor: Actor, correlator: str = "", write_id: str = "delete-1") -> Session:
    """A session that was deleted at ``NOW``."""
    return a_session(
        Status.TERMINATED,
        write_id=write_id,
        ended=Ending(actor.key, NOW, correlator),
        expires_at=NOW + RETENTION,
    )


def put(session: Session, actor: Actor, change: Change, *, now: int = NOW) -> Session:
    """What becomes of a session when its receiver has no devices."""
    return session.changed(
        actor, change, devices=(), write_id="write-2", now=now, timeouts=TIMEOUTS
    )
