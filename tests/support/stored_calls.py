"""Calls, stored as if they had come to this by requests; there may be many of them."""

from dataclasses import replace
from itertools import batched
from typing import Any

from aws.dynamodb import dynamodb_client
from call_handling.item import media_items, session_item
from call_handling.session import Session, SessionEnd
from call_handling.status import Status
from tests.support.builders import a_placed_call, a_session
from tests.support.table import TABLE

_BATCH = 25
"""Requests that ``BatchWriteItem`` takes at once."""


def a_call_of(
    name: str, status: Status = Status.RINGING, *, at: int, version: int = 2, **changes: Any
) -> Session:
    """From Alice to Bob, placed ``at``; it has this id."""
    return a_session(status, media_session_id=name, created_at=at, version=version, **changes)


def over(session: Session, at: int, status: Status = Status.TERMINATED) -> Session:
    """The same, when the network has ended it."""
    return replace(
        session, status=status, ended=SessionEnd("network", at), version=session.version + 1
    )


def store(*sessions: Session) -> None:
    """Store them, with what is beside them."""
    puts: list[Any] = [
        {"PutRequest": {"Item": item}}
        for session in sessions
        for item in (session_item(session), *media_items(a_placed_call(session)))
    ]
    for batch in batched(puts, _BATCH, strict=False):
        dynamodb_client().batch_write_item(RequestItems={TABLE: list(batch)})
