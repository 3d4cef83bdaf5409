"""Subscriptions and their rules: pure, no clock, no I/O. Times are Unix seconds.

Source: CAMARA WebRTC Events Subscriptions; CAMARA Event Subscription and Notification Guidelines;
ADR 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from camara.errors import InvalidArgument, NotFound
from camara.identity import ActorKey, ClientKey, DeviceKey, SubscriberKey, derive_device_key
from camara.scope import EventType
from camara.unix_time import UnixSeconds

_TOKEN_MARGIN = 120
"""Seconds before an access token expires: the subscription ends then, so that the notice of its
end can still be sent with the token."""

ATTEMPTS = 12
"""Failed attempts that end a subscription."""

_FORGIVEN_AFTER = 30
"""Seconds in which a sink works that make up for one failure: a sink that flaps is backed off."""

_FAILING_AT_MOST = 2 * 3600
"""Seconds, longer than all attempts take: then the probe was lost, and the mark is cleared."""

_BEHIND_AT_MOST = 600
"""Seconds, longer than catching up takes: then its message was lost, and is queued again."""

_REMEMBERED_FOR = 300
"""Seconds after catching up for which ``told`` is kept.

So a publisher that is late by less causes no duplicate.
"""

_REMEMBERED_AT_MOST = 150


class TerminationReason(StrEnum):
    """CAMARA's ``TerminationReason``."""

    MAX_EVENTS_REACHED = "MAX_EVENTS_REACHED"
    NETWORK_TERMINATED = "NETWORK_TERMINATED"
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    ACCESS_TOKEN_EXPIRED = "ACCESS_TOKEN_EXPIRED"  # noqa: S105 - CAMARA's word
    SUBSCRIPTION_DELETED = "SUBSCRIPTION_DELETED"


class Lifetimes(NamedTuple):
    """How long a subscription may last, in seconds."""

    default: int = 30 * 24 * 3600
    longest: int = 90 * 24 * 3600

    def expiry(self, requested: int | None, now: UnixSeconds) -> UnixSeconds:
        """Return when a subscription ends, capped. Raises ``InvalidArgument`` for what is past."""
        if requested is None:
            return now + self.default
        if requested <= now:
            raise InvalidArgument
        return min(requested, now + self.longest)


class State(NamedTuple):
    """The version of a call, or of a registration (``subject``: its id), that is notified."""

    subject: str
    version: int


class Credential(NamedTuple):
    """An access token for the sink, encrypted in parts, and when it expires."""

    ciphertext: tuple[bytes, ...]
    expires_at: UnixSeconds


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription: one type of event, for one device of an actor, sent to one sink.

    ``device_id`` is a UUID in lower case. ``version`` counts the writes (optimistic locking).
    ``ended`` is the reason of its end, and stays.

    With ``max_events``, ``delivered`` counts the notifications, and ``last_event_id`` is that of
    the last one.

    The circuit breaker: while the sink fails, ``failing_since`` is set (the mark), and ``probe`` is
    the id of the event that is retried. ``failures`` were counted, the last one at ``failed_at``;
    since ``worked_at`` they are gradually forgiven.

    Catching up: the mark was cleared at ``cleared_at``. The sink may have missed what happened from
    ``behind_since`` on, which is unset once it has caught up. Until then, and until ``told_until``,
    ``told`` has what it was sent (the latest version of each subject).
    """

    subscriber_key: SubscriberKey
    subscription_id: str
    actor: ActorKey
    client: ClientKey
    device_id: str
    type: EventType
    sink: str
    starts_at: UnixSeconds
    ends_at: UnixSeconds
    max_events: int | None = None
    credential: Credential | None = None
    version: int = 1
    delivered: int = 0
    last_event_id: str = ""
    failing_since: UnixSeconds | None = None
    probe: str = ""
    failures: int = 0
    failed_at: UnixSeconds = 0
    worked_at: UnixSeconds | None = None
    cleared_at: UnixSeconds = 0
    behind_since: UnixSeconds | None = None
    told: Mapping[str, int] = field(default_factory=dict)
    told_until: int = 0
    ended: TerminationReason | None = None
    ended_at: UnixSeconds | None = None

    @property
    def device(self) -> DeviceKey:
        """The device's key: a new owner of the number, or of the device id, has another one."""
        return derive_device_key(self.actor, self.device_id)

    @property
    def host(self) -> str:
        """The host of its sink."""
        return urlsplit(self.sink).hostname or ""

    @property
    def due_at(self) -> UnixSeconds:
        """When the sweep is to look at it.

        That is at its end, just before its access token expires, or when it has been failing, or
        behind, for longer than is possible unless a message was lost.
        """
        due = [self.ends_at]
        if self.credential is not None:
            due.append(self.credential.expires_at - _TOKEN_MARGIN)
        if self.failing_since is not None:
            due.append(self.failing_since + _FAILING_AT_MOST)
        elif self.behind_since is not None:
            due.append(self.cleared_at + _BEHIND_AT_MOST)
        return min(due)

    def is_active(self, now: UnixSeconds) -> bool:
        """Tell whether it is neither ended nor expired."""
        return self.ended is None and self.ends_at > now

    def is_failing(self, now: UnixSeconds) -> bool:
        """Tell whether it is marked: its sink gets probes only, until it takes one."""
        return self.failing_since is not None and self.is_active(now)

    def require_active(self, actor: str, now: UnixSeconds) -> None:
        """Raise ``NotFound`` unless it is active and this actor's."""
        if self.actor != actor or not self.is_active(now):
            raise NotFound

    def updated(self, credential: Credential | None, ends_at: UnixSeconds | None) -> Self:
        """Return it as changed by a PUT; ``None`` leaves a value as it is."""
        return self._next(credential=credential or self.credential, ends_at=ends_at or self.ends_at)

    def ended_because(self, reason: TerminationReason, now: UnixSeconds) -> Self:
        """Return it ended; the first reason stays."""
        if self.ended is not None:
            return self
        return self._next(ended=reason, ended_at=now)

    def settled(self, now: UnixSeconds) -> Self:
        """Return it after the sweep: ended, or its mark cleared; unchanged if it is not due."""
        if self.due_at > now:
            return self
        if self.ends_at <= now:
            return self.ended_because(TerminationReason.SUBSCRIPTION_EXPIRED, now)
        if self.credential is not None and self.credential.expires_at - _TOKEN_MARGIN <= now:
            return self.ended_because(TerminationReason.ACCESS_TOKEN_EXPIRED, now)
        return self.with_mark_cleared(now)

    def failed(self, event_id: str, since: UnixSeconds, now: UnixSeconds) -> Self:
        """Return it marked, with one failure more: the sink has failed to take this event.

        The sink may have missed what happened from ``since`` on. A subscription that is marked
        already, or is over, stays as it is.
        """
        marked = self.marked(event_id, since, now)
        if marked is self:
            return self
        forgiven = 0 if self.worked_at is None else (now - self.worked_at) // _FORGIVEN_AFTER
        return marked.with_failure(max(0, self.failures - forgiven), now)

    def marked(self, event_id: str, since: UnixSeconds, now: UnixSeconds) -> Self:
        """Return it marked without a failure: this event has waited for too long."""
        if self.is_failing(now) or not self.is_active(now):
            return self
        return self._next(
            failing_since=now,
            probe=event_id,
            failed_at=now,
            behind_since=since if self.behind_since is None else min(since, self.behind_since),
            told=self.told if self._remembers(now) else {},
        )

    def failed_again(self, event_id: str, failures: int, now: UnixSeconds) -> Self:
        """Return it after a probe has failed; unchanged unless it had ``failures`` failures."""
        if not self.is_probed_by(event_id, now) or self.failures != failures:
            return self
        return self._next().with_failure(self.failures, now)

    def with_failure(self, failures: int, now: UnixSeconds) -> Self:
        """Return it with ``failures`` and one more; ended after the last attempt."""
        after = replace(self, failures=failures + 1, failed_at=now, worked_at=None)
        if after.failures < ATTEMPTS:
            return after
        return replace(after, ended=TerminationReason.NETWORK_TERMINATED, ended_at=now)

    def probed_with(self, event_id: str, now: UnixSeconds) -> Self:
        """Return it with another event as its probe, if it is marked."""
        if not self.is_failing(now) or self.probe == event_id:
            return self
        return self._next(probe=event_id)

    def is_probed_by(self, event_id: str, now: UnixSeconds) -> bool:
        """Tell whether it is marked, and this event is its probe."""
        return self.is_failing(now) and self.probe == event_id

    def with_mark_cleared(self, now: UnixSeconds) -> Self:
        """Return it with the mark cleared: its sink gets events again, and has yet to catch up."""
        if self.behind_since is None:
            return self
        return self._next(failing_since=None, probe="", cleared_at=now)

    def caught_up(self, cleared_at: UnixSeconds, now: UnixSeconds) -> Self:
        """Return it after its sink has caught up, if that was for the recovery ``cleared_at``."""
        if self.behind_since is None or self.failing_since is not None:
            return self
        if self.cleared_at != cleared_at:
            return self
        return self._next(behind_since=None, told_until=now + _REMEMBERED_FOR)

    def knows(self, event_id: str, state: State | None, now: UnixSeconds) -> bool:
        """Tell whether its sink was sent this event, or a later version of the same subject."""
        if event_id == self.last_event_id:
            return True
        if state is None or not self._remembers(now):
            return False
        return self.told.get(state.subject, 0) >= state.version

    def after_delivery(self, event_id: str, state: State | None, now: UnixSeconds) -> Self:
        """Return it after its sink has taken a notification; unchanged if nothing is to be stored.

        Stored are: with ``max_events`` the count, of which the last one ends it; that the sink
        works again after failures; and while it catches up, which version it was sent.
        """
        changes: dict[str, Any] = {}
        if self.max_events is not None and event_id != self.last_event_id:
            changes |= {"delivered": self.delivered + 1, "last_event_id": event_id}
            if self.ended is None and self.delivered + 1 == self.max_events:
                changes |= {"ended": TerminationReason.MAX_EVENTS_REACHED, "ended_at": now}
        if self.failures and self.worked_at is None:
            changes["worked_at"] = now
        if state is not None and self._remembers(now):
            room = state.subject in self.told or len(self.told) < _REMEMBERED_AT_MOST
            if room and self.told.get(state.subject, 0) < state.version:
                changes["told"] = {**self.told, state.subject: state.version}
        return self._next(**changes) if changes else self

    def _remembers(self, now: UnixSeconds) -> bool:
        return self.behind_since is not None or now < self.told_until

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)
