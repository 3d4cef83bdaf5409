"""What the index of live sessions costs a call, from POST to DELETE, in write units.

The real handlers make the call; ``cost`` prices what they write. The other two indexes of the table
are paid when a session begins and when time to live removes it, which is free: their keys never
change.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

from aws import clock
from tests.performance.cost import Cost, costed
from tests.performance.result import Result
from tests.performance.stored_sessions import sessions_table
from tests.performance.write_units import item_bytes
from tests.support.api import Answer, delete, post, put
from tests.support.builders import ALICE, BOB, NOW
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX = "StaleSessions"
_SECONDS_BETWEEN = 3
"""A PUT within the second of the last one leaves the deadline, and so the index, as it is."""


class _Step(NamedTuple):
    name: str
    cost: Cost

    @property
    def of_index(self) -> int:
        return self.cost.of_indexes.get(_INDEX, 0)


class _Life:
    """A call, step by step, priced."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client
        self.steps: list[_Step] = []
        self.entry_bytes = 0
        self.media_session_id = ""

    def step(self, name: str, request: Callable[[], Answer]) -> None:
        """Make a request and price what it writes."""
        with patch.object(clock, "now", lambda: NOW + len(self.steps) * _SECONDS_BETWEEN):
            answer, cost = costed(self._client, request)
        assert answer.status < 300, answer
        if not self.media_session_id:
            self.media_session_id = answer.body["mediaSessionId"]
        self.steps.append(_Step(name, cost))
        entries = self._client.scan(TableName=TABLE, IndexName=_INDEX)["Items"]
        assert len(entries) <= 1, entries
        self.entry_bytes = max(self.entry_bytes, *map(item_bytes, entries), 0)


def measure() -> Result:
    """Price a call that rings, is answered, and is hung up."""
    with sessions_table() as client:
        life = _Life(client)
        answer = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
        life.step("POST", post)
        life.step("Ringing", lambda: put(BOB, life.media_session_id, "Ringing"))
        life.step("Connected", lambda: put(BOB, life.media_session_id, answer))
        life.step("DELETE", lambda: delete(ALICE, life.media_session_id))
    steps = [f"{step.name} {step.cost.of_tables} + {step.of_index}" for step in life.steps]
    of_tables = sum(step.cost.of_tables for step in life.steps)
    of_index = sum(step.of_index for step in life.steps)
    of_others = sum(sum(step.cost.of_indexes.values()) for step in life.steps) - of_index
    return Result(
        name="sweep.index-write-units",
        what="write units of the index per call",
        unit="units",
        value=of_index,
        notes=[
            f"tables + index: {', '.join(steps)}; the tables in all: {of_tables}",
            f"an entry of the index: {life.entry_bytes} bytes",
            f"the table's other indexes: {of_others}, at POST",
        ],
    )
