"""What the index of live sessions costs a call, from POST to DELETE, in write units.

The real handlers make the call, entries are read from the index itself, and prices come from
``write_units``. A transaction doubles what is written to the table, not what follows in the index:
AWS, "Amazon DynamoDB Transactions: How it works".
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from call_handling.item import stale_shard
from camara import clock
from tests.performance.result import Result
from tests.performance.stored_sessions import sessions_table
from tests.performance.write_units import index_units, item_bytes, table_units
from tests.support.api import Answer, delete, post, put
from tests.support.builders import ALICE, BOB, NOW
from tests.support.table import TABLE, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SECONDS_BETWEEN = 3
"""A PUT within the second of the last one leaves the deadline, and so the index, as it is."""

type _Items = Mapping[tuple[str, str], Mapping[str, Any]]
"""By key."""


class _Step(NamedTuple):
    name: str
    of_table: int
    of_index: int


class _Life:
    """A call, step by step, priced."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self._transacted = False
        self.steps: list[_Step] = []
        self.entry_bytes = 0
        self.media_session_id = ""
        client.meta.events.register("before-call.dynamodb.TransactWriteItems", self._transact)

    def step(self, name: str, request: Callable[[], Answer]) -> None:
        """Make a request and price what it writes."""
        items_before, entry_before = self._items(), self._entry()
        self._transacted = False
        with patch.object(clock, "now", lambda: NOW + len(self.steps) * _SECONDS_BETWEEN):
            answer = request()
        assert answer.status < 300, answer
        if not self.media_session_id:
            self.media_session_id = answer.body["mediaSessionId"]
        items_after, entry_after = self._items(), self._entry()
        written = {
            key
            for key in items_before.keys() | items_after.keys()
            if items_before.get(key) != items_after.get(key)
        }
        of_table = sum(table_units(items_before.get(key), items_after.get(key)) for key in written)
        self.steps.append(
            _Step(name, of_table * (1 + self._transacted), index_units(entry_before, entry_after))
        )
        self.entry_bytes = max(self.entry_bytes, item_bytes(entry_after or {}))

    def _items(self) -> _Items:
        return {
            (item["mediaSessionId"]["S"], item["part"]["S"]): item for item in items(self._client)
        }

    def _entry(self) -> Mapping[str, Any] | None:
        """Return what the index holds of the call."""
        found = self._client.query(
            TableName=TABLE,
            IndexName="StaleSessions",
            KeyConditionExpression="staleShard = :shard",
            ExpressionAttributeValues={":shard": {"S": stale_shard(self.media_session_id)}},
        )["Items"]
        assert len(found) <= 1, found
        return found[0] if found else None

    def _transact(self, **_: Any) -> None:
        self._transacted = True


def measure() -> Result:
    """Price a call that rings, is answered, and is hung up."""
    with sessions_table() as client:
        life = _Life(client)
        answer = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
        life.step("POST", post)
        life.step("Ringing", lambda: put(BOB, life.media_session_id, "Ringing"))
        life.step("Connected", lambda: put(BOB, life.media_session_id, answer))
        life.step("DELETE", lambda: delete(ALICE, life.media_session_id))
    steps = [f"{step.name} {step.of_table} + {step.of_index}" for step in life.steps]
    of_table = sum(step.of_table for step in life.steps)
    return Result(
        name="sweep.index-write-units",
        what="write units of the index per call",
        unit="units",
        value=sum(step.of_index for step in life.steps),
        notes=[
            f"table + index: {', '.join(steps)}; the table in all: {of_table}",
            f"an entry of the index: {life.entry_bytes} bytes",
        ],
    )
