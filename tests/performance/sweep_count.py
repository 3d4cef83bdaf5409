"""A sweep by the real handler on moto, and what it asks of DynamoDB.

The usual way is a scan for what is stale, priced by its pages of 1 MiB and from sizes alone. It
reads every part of every call, so the short SDPs of the tests flatter it.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from call_handling.item import session_item
from sweep_expired import handler
from tests.performance.stored_sessions import no_garbage_collection, sessions_table
from tests.performance.write_units import item_bytes
from tests.support.api import a_call
from tests.support.builders import NOW, a_session
from tests.support.lambda_context import a_lambda_context
from tests.support.table import TABLE, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SCAN_PAGE_BYTES = 1024 * 1024
_READ_UNIT_BYTES = 4096
_EVENTUALLY_CONSISTENT = 0.5
"""Read units that a block of 4 KiB costs; also what every read costs at least."""


@dataclass
class Traffic:
    """What was asked of DynamoDB."""

    requests: Counter[str] = field(default_factory=Counter)
    """By name, retries included."""
    read: list[list[dict[str, Any]]] = field(default_factory=list)
    """The items of each page."""
    written: list[str] = field(default_factory=list)
    """Ids."""
    filters: int = 0
    """Queries that may have read more than they returned."""

    @property
    def read_units(self) -> float:
        """What the search is billed."""
        return sum(_read_units(sum(map(item_bytes, page))) for page in self.read)

    def sent(self, request: AWSPreparedRequest, **_: Any) -> None:
        operation = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        assert isinstance(request.body, bytes)
        body = json.loads(request.body)
        self.requests[operation] += 1
        if operation == "UpdateItem":
            self.written.append(body["Key"]["mediaSessionId"]["S"])
        if "FilterExpression" in body:
            self.filters += 1

    def returned(self, parsed: dict[str, Any], **_: Any) -> None:
        self.read.append(parsed.get("Items", []))


def swept(live: int, stale: int) -> Traffic:
    """Sweep once a table of live sessions, some of them stale."""
    with no_garbage_collection(), sessions_table() as client:
        stale_ids = _fill(live, stale)
        with _watched(client) as traffic:
            answer = handler({"sweep": "sessions"}, a_lambda_context())
    assert answer["ended"] == stale, answer
    _require_nothing_else(traffic, stale_ids)
    return traffic


def scan_pages(live: int) -> int:
    """Return the requests of a scan of as many sessions."""
    return math.ceil(live * _stored_bytes() / _SCAN_PAGE_BYTES)


def scan_read_units(live: int) -> float:
    """Return what such a scan is billed."""
    return _read_units(live * _stored_bytes())


@cache
def _stored_bytes() -> int:
    """Return the size of a ringing call with all its parts, as the real handlers store it."""
    with sessions_table():
        a_call("Ringing")
        return sum(map(item_bytes, items()))


def _fill(live: int, stale: int) -> set[str]:
    """Store sessions; return the ids of the stale ones."""
    # Through the API it would take minutes.
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].tables[TABLE]
    ids = [hashlib.sha256(str(number).encode()).hexdigest()[:40] for number in range(live)]
    for number, media_session_id in enumerate(ids):
        stale_at = NOW - number if number < stale else NOW + 1 + number
        item = session_item(a_session(media_session_id=media_session_id, stale_at=stale_at))
        keys = DynamoType(item["mediaSessionId"]), DynamoType(item["part"])
        table.items[keys[0]][keys[1]] = Item(*keys, item)
    return set(ids[:stale])


@contextmanager
def _watched(client: "DynamoDBClient") -> Iterator[Traffic]:
    """Yield what is asked while the context lasts."""
    traffic = Traffic()
    events = client.meta.events
    events.register_first("before-send.dynamodb", traffic.sent)
    events.register("after-call.dynamodb.Query", traffic.returned)
    try:
        yield traffic
    finally:
        events.unregister("before-send.dynamodb", traffic.sent)
        events.unregister("after-call.dynamodb.Query", traffic.returned)


def _require_nothing_else(traffic: Traffic, stale: set[str]) -> None:
    """Raise AssertionError if a session was read or written that is not stale, or one twice."""
    read = [item["mediaSessionId"]["S"] for page in traffic.read for item in page]
    assert traffic.requests.keys() == {"Query", "UpdateItem"}, traffic.requests
    assert not traffic.filters
    assert len(read) == len(traffic.written) == len(stale)
    assert set(read) == set(traffic.written) == stale


def _read_units(size: int) -> float:
    return max(1, math.ceil(size / _READ_UNIT_BYTES)) * _EVENTUALLY_CONSISTENT


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
