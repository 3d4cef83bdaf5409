"""Parties through one client or another, and what each may do with a call."""

from collections.abc import Callable
from typing import Any

import pytest

from call_handling.session import Session
from call_handling.store import session_store
from tests.support.api import Answer, delete, get, put
from tests.support.builders import CLIENT, a_context
from tests.support.devices import register
from tests.support.messaging import Requests

type Context = dict[str, Any]

OTHER = "client-2"
NO_PARTY = (403, "INVALID_TOKEN_CONTEXT")
NO_DEVICE = (404, "IDENTIFIER_NOT_FOUND")
NOT_FOUND = (404, "NOT_FOUND")
FORBIDDEN_BY_THE_STATE = (409, "INCOMPATIBLE_STATE")
UNAVAILABLE = (503, "UNAVAILABLE")
DONE = {200, 204}


def sdp(status: str = "Connected", **texts: str) -> dict[str, Any]:
    """Return the body of a PUT with these SDPs: an ``offer``, an ``answer``, or both."""
    return {"status": status} | {name: {"sdp": text} for name, text in texts.items()}


ANSWER = sdp(answer="v=0 answer")
OPERATIONS: dict[str, Callable[[str, Context], Answer]] = {
    "GET": lambda call, context: get(None, call, context=context),
    "PUT": lambda call, context: put(None, call, "Initial", context=context),
    "DELETE": lambda call, context: delete(None, call, context=context),
}
every_operation = pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS.keys())


def of(subscriber: str, client_id: str | None = CLIENT, **claims: Any) -> Context:
    """What the authorizer hands on of this subscriber and client."""
    return a_context(subscriber, client_id=client_id, **claims)


def on(registration_id: str | None) -> dict[str, str]:
    """Return the headers of a request that names its device, or names none."""
    return {} if registration_id is None else {"registrationId": registration_id}


def has_device(subscriber: str, client_id: str | None, device: int = 2, **changes: Any) -> str:
    """Register a device through a client; return the id of the registration."""
    return register(subscriber, device, client_id=client_id, **changes)


def status(call: str, context: Context) -> str:
    """Return the status that is told."""
    told: str = get(None, call, context=context).body["status"]
    return told


def session(call: str) -> Session:
    """Return what is stored of a call."""
    return session_store().read(call).session


def names(requests: Requests) -> list[str]:
    """Return what DynamoDB was asked to do."""
    return [name for name, _ in requests]
