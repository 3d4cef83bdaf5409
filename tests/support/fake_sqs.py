"""A FIFO queue in memory, beside a standard one, and what may become of what is sent to them."""

import json
from collections import defaultdict
from collections.abc import Sequence
from enum import Enum, auto
from threading import Lock
from typing import Any

from tests.support.faulty_dynamodb import client_error

NOT_SERVED, NOT_HEARD_OF = client_error("InternalError"), client_error("RequestTimeout")


class Fate(Enum):
    """What becomes of a message that is sent."""

    TAKEN = auto()
    REFUSED = auto()
    """This one alone is not queued."""
    DENIED = auto()
    """The request that it is in is not served."""
    LOST = auto()
    """The request that it is in is served, but nobody hears of it."""


class FakeSqs:
    """Stands in for a client: a message meets one of ``fates`` after the other, then it is taken.

    Where they begin depends on the message, so that it does not depend on which request is first.
    """

    def __init__(self, fates: Sequence[Fate] = ()) -> None:
        self._fates = fates
        self._lock = Lock()
        self._sent: dict[str, int] = defaultdict(int)
        self._known: set[str] = set()
        self.queued: dict[str, list[Any]] = defaultdict(list)
        """Bodies by group, each once."""
        self.ids: dict[str, set[str]] = defaultdict(set)
        """Deduplication ids by body."""
        self.set_aside: list[Any] = []
        """The bodies in the standard queue."""
        self.requests: list[list[Any]] = []
        """The bodies in each request."""

    def send_message_batch(self, *, Entries: list[Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        """Queue a batch, or what of it is taken."""
        with self._lock:
            self.requests.append([json.loads(entry["MessageBody"]) for entry in Entries])
            fates = [self._fate(entry["MessageDeduplicationId"]) for entry in Entries]
            if Fate.DENIED in fates:
                raise NOT_SERVED
            failed = []
            for entry, fate in zip(Entries, fates, strict=True):
                if fate is Fate.REFUSED:
                    failed.append({"Id": entry["Id"], "SenderFault": False, "Code": "a"})
                else:
                    self._take(entry)
            if Fate.LOST in fates:
                raise NOT_HEARD_OF
            return {"Failed": failed}

    def send_message(self, *, MessageBody: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Put a message into the standard queue."""
        with self._lock:
            fate = self._fate(MessageBody)
            if fate in {Fate.REFUSED, Fate.DENIED}:
                raise NOT_SERVED
            self.set_aside.append(json.loads(MessageBody))
            if fate is Fate.LOST:
                raise NOT_HEARD_OF
            return {}

    def _fate(self, message: str) -> Fate:
        times = self._sent[message]
        self._sent[message] += 1
        if times >= len(self._fates):
            return Fate.TAKEN
        return self._fates[(sum(message.encode()) + times) % len(self._fates)]

    def _take(self, entry: dict[str, Any]) -> None:
        body, known_by = entry["MessageBody"], entry["MessageDeduplicationId"]
        self.ids[body].add(known_by)
        if known_by not in self._known:
            self._known.add(known_by)
            self.queued[entry["MessageGroupId"]].append(json.loads(body))
