"""State machine of a session: its statuses, which may follow which, and how each ends.

Source: CAMARA Call Handling, ``SessionStatus``.
"""

from enum import StrEnum


class Status(StrEnum):
    """CAMARA's ``SessionStatus``."""

    INITIAL = "Initial"
    IN_PROGRESS = "InProgress"
    RINGING = "Ringing"
    PROCEEDING = "Proceeding"
    WAITING = "Waiting"
    CONNECTED = "Connected"
    HOLD = "Hold"
    RESUME = "Resume"
    TERMINATED = "Terminated"
    SESSION_CANCELLED = "SessionCancelled"
    DECLINED = "Declined"
    FAILED = "Failed"
    NO_ANSWER = "NoAnswer"
    NOT_REACHABLE = "NotReachable"
    BUSY = "Busy"


class Role(StrEnum):
    """The two ends of a 1-1 call."""

    ORIGINATOR = "originator"
    RECEIVER = "receiver"


PROGRESS = frozenset({Status.IN_PROGRESS, Status.RINGING, Status.PROCEEDING, Status.WAITING})
UNANSWERED = PROGRESS | {Status.INITIAL}
ANSWERED = frozenset({Status.CONNECTED, Status.HOLD, Status.RESUME})
OVER = frozenset(Status) - UNANSWERED - ANSWERED

_BEFORE_ANSWER = {
    Role.ORIGINATOR: frozenset({Status.SESSION_CANCELLED, Status.FAILED}),
    Role.RECEIVER: PROGRESS
    | {
        Status.CONNECTED,
        Status.BUSY,
        Status.NO_ANSWER,
        Status.NOT_REACHABLE,
        Status.DECLINED,
        Status.FAILED,
    },
}
_AFTER_ANSWER = {
    Status.CONNECTED: frozenset({Status.HOLD}),
    Status.HOLD: frozenset({Status.RESUME}),
    Status.RESUME: frozenset({Status.HOLD, Status.CONNECTED}),
}
_ENDS_ANSWERED_CALL = frozenset({Status.TERMINATED, Status.FAILED})


def can_transition(role: Role, current: Status, target: Status) -> bool:
    """Tell whether the party in ``role`` may PUT ``target`` while the session is ``current``.

    A live status may be repeated, by either party: that shares a location, changes the SDP or
    renews the lease. Nothing follows an ending.
    """
    if current in OVER:
        return False
    if target == current:
        return True
    if current in UNANSWERED:
        return target in _BEFORE_ANSWER[role]
    return target in _AFTER_ANSWER[current] | _ENDS_ANSWERED_CALL


def end_status(status: str, role: Role | None) -> Status:
    """Return what a live session in ``status`` becomes when ``role`` ends it.

    ``None`` is the network, which ends what both ends have forgotten.
    """
    if status in ANSWERED:
        return Status.TERMINATED
    match role:
        case Role.ORIGINATOR:
            return Status.SESSION_CANCELLED
        case Role.RECEIVER:
            return Status.DECLINED
        case None:
            return Status.NO_ANSWER
