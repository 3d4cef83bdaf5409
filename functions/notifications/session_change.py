"""Change of a session, read from a record of the table's stream; its reason in words and in SIP.

Source: CAMARA Call Handling ``SessionStatus``; RFC 3261 (methods and status codes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from call_handling.call_actor import NETWORK
from call_handling.item import session_from
from call_handling.session import Session
from call_handling.status import ANSWERED, Role, Status

_WORDS = {
    Status.INITIAL: "New incoming call",
    Status.IN_PROGRESS: "Call in progress",
    Status.RINGING: "Call rings",
    Status.PROCEEDING: "Call proceeds",
    Status.WAITING: "Call waits",
    Status.CONNECTED: "Call answered",
    Status.HOLD: "Call on hold",
    Status.RESUME: "Call resumed",
    Status.SESSION_CANCELLED: "Call cancelled by {by}",
    Status.DECLINED: "Call declined by {by}",
    Status.TERMINATED: "Call terminated by {by}",
    Status.NO_ANSWER: "Call not answered",
    Status.NOT_REACHABLE: "Receiver not reachable",
    Status.BUSY: "Receiver busy",
    Status.FAILED: "Call failed, reported by {by}",
}
_REINVITE = {"method": "INVITE"}
_SIP: dict[Status, dict[str, Any]] = {
    Status.INITIAL: {"method": "INVITE"},
    Status.IN_PROGRESS: {"status": 183, "phrase": "Session Progress"},
    Status.RINGING: {"status": 180, "phrase": "Ringing"},
    Status.PROCEEDING: {"status": 100, "phrase": "Trying"},
    Status.WAITING: {"status": 182, "phrase": "Queued"},
    Status.CONNECTED: {"status": 200, "phrase": "OK"},
    Status.HOLD: _REINVITE,
    Status.RESUME: _REINVITE,
    Status.SESSION_CANCELLED: {"method": "CANCEL"},
    Status.DECLINED: {"status": 603, "phrase": "Decline"},
    Status.TERMINATED: {"method": "BYE"},
    Status.NO_ANSWER: {"status": 408, "phrase": "Request Timeout"},
    Status.NOT_REACHABLE: {"status": 480, "phrase": "Temporarily Unavailable"},
    Status.BUSY: {"status": 486, "phrase": "Busy Here"},
    Status.FAILED: {"status": 500, "phrase": "Server Internal Error"},
}


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session after a change; ``before`` is its status before that, ``None`` for a new session.

    ``end_reason`` is set when the network has ended it. The session's version numbers its changes
    from 1, without gaps.
    """

    session: Session
    before: Status | None
    end_reason: str | None

    @classmethod
    def from_images(cls, new: dict[str, Any], old: dict[str, Any] | None) -> Self | None:
        """Read a stream record's images; ``None`` if the version is unchanged (a renewed lease)."""
        if old is not None and old["version"] == new["version"]:
            return None
        return cls(
            session=session_from(new),
            before=None if old is None else Status(old["status"]["S"]),
            end_reason=new.get("endReason", {}).get("S"),
        )

    @classmethod
    def now(cls, item: Mapping[str, Any]) -> Self:
        """Return the last change of a stored session; its status before is not known (``None``)."""
        return cls(session_from(item), None, item.get("endReason", {}).get("S"))

    @property
    def name(self) -> str:
        """The change's unique name: the session's id, a space, the version."""
        return f"{self.session.media_session_id} {self.session.version}"

    @property
    def is_invitation(self) -> bool:
        """Whether this change created the session."""
        return self.before is None

    @property
    def ended_by(self) -> str | None:
        """Who has ended the session: a role, or ``network``."""
        if self.session.ended is None:
            return None
        role: Role | None = self.session.ended_by
        return role.value if role else NETWORK

    @property
    def reason(self) -> str:
        """Return the change in words, for people."""
        words = _WORDS[self.session.status].format(by=self.ended_by)
        if self.session.status == self.before:
            return f"{words}: session updated"
        return f"{words}: {self.end_reason}" if self.end_reason else words

    @property
    def sip(self) -> dict[str, Any]:
        """Return the SIP request or response that corresponds to the change."""
        if {self.session.status, self.before} <= ANSWERED:
            return _REINVITE
        return _SIP[self.session.status]
