"""Calls from Alice to Bob: what becomes of each, and what a stream tells of each change."""

import json
from dataclasses import replace
from functools import cached_property
from uuid import NAMESPACE_OID, uuid5

from call_handling.call_actor import entry_of
from call_handling.item import media_items, session_item
from call_handling.session import Session, SessionEnd
from call_handling.session_key import key
from call_handling.status import ANSWERED, OVER, Status
from tests.support.builders import BOB_ACTS, NOW, a_placed_call, a_session
from tests.support.modelled_dynamodb import Item


class Story:
    """A call that goes through ``statuses``.

    The first ``known`` of its changes are from before all begins; unless it is ``shown``, no index
    has it at first.
    """

    def __init__(self, name: str, *statuses: Status, known: int = 0, shown: bool = True) -> None:
        self.name = name
        self.statuses = statuses
        self.known = known
        self.shown = shown and known > 0
        self.id = str(uuid5(NAMESPACE_OID, name))

    def __repr__(self) -> str:
        """Return what tells it from others, for a test that fails."""
        statuses = ", ".join(self.statuses)
        return f"Story({self.name!r}, {statuses}, known={self.known}, shown={self.shown})"

    @cached_property
    def items(self) -> list[Item]:
        """The session as it is stored after each change."""
        return [session_item(session) for session in self._sessions()]

    @property
    def media(self) -> list[Item]:
        """What is stored beside it."""
        return media_items(a_placed_call(self._sessions()[0]))

    def rings(self, version: int) -> bool:
        """Tell whether it rings after so many changes."""
        return version > 0 and self.statuses[version - 1] not in ANSWERED | OVER

    def record(self, version: int) -> str:
        """Return what the stream tells of a change."""
        before = self.items[version - 2] if version > 1 else None
        name = f"{self.name} {version}"
        return record_of(name, key(self.id), before, self.items[version - 1])

    def _sessions(self) -> list[Session]:
        answered = a_session(Status.CONNECTED)
        session = a_session(self.statuses[0], media_session_id=self.id)
        sessions = [session]
        for status in self.statuses[1:]:
            session = replace(session.written(f"write-{session.version + 1}"), status=status)
            if status in ANSWERED:
                session = replace(session, legs=answered.legs, negotiation=answered.negotiation)
            if status in OVER:
                session = replace(session, ended=SessionEnd(entry_of(BOB_ACTS), NOW))
            sessions.append(session)
        return sessions


def record_of(name: str, its_key: Item, old: Item | None, new: Item) -> str:
    """Return the record (JSON) of a change that an item has gone through."""
    images = {"NewImage": new} if old is None else {"NewImage": new, "OldImage": old}
    change = {"Keys": its_key, "SequenceNumber": name, "ApproximateCreationDateTime": NOW, **images}
    return json.dumps({"eventName": "MODIFY" if old else "INSERT", "dynamodb": change})
