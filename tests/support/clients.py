"""Parties through one client or another, and what each may do with a call."""

from collections.abc import Callable
from typing import Any

import pytest

from camara.identity import client_key
from tests.support.api import Answer, delete, get, put
from tests.support.builders import CLIENT, a_context
from tests.support.devices import register
from tests.support.messaging import Requests

type Context = dict[str, Any]

OTHER = "client-2"
NO_PARTY = (403, "INVALID_TOKEN_CONTEXT")
NO_DEVICE = (404, "IDENTIFIER_NOT_FOUND")
NOT_FOUND = (404, "NOT_FOUND")
ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
DONE = {200, 204}

OPERATIONS: dict[str, Callable[[str, Context], Answer]] = {
    "GET": lambda call, context: get(None, call, context=context),
    "PUT": lambda call, context: put(None, call, "Initial", context=context),
    "DELETE": lambda call, context: delete(None, call, context=context),
}
every_operation = pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS.keys())


def of(subscriber: str, client_id: str | None = CLIENT) -> Context:
    """What the authorizer hands on of this subscriber and client."""
    return a_context(subscriber, client_id=client_id)


def has_device(subscriber: str, client_id: str | None, device: int = 2, **changes: Any) -> None:
    """Register a device through a client."""
    register(subscriber, device, client=client_key(client_id), **changes)


def status(call: str, context: Context) -> str:
    """Return the status that is told."""
    told: str = get(None, call, context=context).body["status"]
    return told


def names(requests: Requests) -> list[str]:
    """Return what DynamoDB was asked to do."""
    return [name for name, _ in requests]
