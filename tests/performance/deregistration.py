"""What finished calls cost when the device that they were placed from is deregistered: no write.

The index of a device's calls has them all, for their keys never change, but those that are over
are told apart by a read of a hundred at once. The usual way tries to end each, on the condition
that it lives, and is refused: a write unit each.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from call_handling.end_sessions_of_registration import handler
from call_handling.item import session_item
from call_handling.session_ender import LeftAlone, session_ender
from tests.performance.cost import Cost, costed
from tests.performance.result import Budget, Result
from tests.performance.sent import in_words
from tests.performance.stored_sessions import sessions_table
from tests.support.builders import ALICE, ALICE_ACTS, NOW
from tests.support.devices import deregister
from tests.support.lambda_context import a_lambda_context
from tests.support.sessions import deleted_by
from tests.support.streams import Stream, meant_for
from tests.support.table import REGISTRATIONS, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_FUNCTION = "EndSessionsOfRegistration"
_CALLS = [f"{number:040x}" for number in range(200)]
_READS_FOR_ALL = 2
"""At most a hundred items come with one request."""


def measure() -> Iterator[Result]:
    """Deregister a device all of whose calls are over."""
    with sessions_table() as client:
        _store_finished_calls(client)
        stream = Stream(REGISTRATIONS)
        deregister(ALICE)
        records = meant_for(_FUNCTION, stream.records())
        _, ours = costed(client, lambda: _end_sessions(records))
        _, usual = costed(client, _try_to_end_each)
    reads = [request for request in ours.sent if request.name == "BatchGetItem"]
    yield Result(
        name="deregistration.write-units",
        what=f"write units per deregistration, for {len(_CALLS)} finished calls of the device",
        unit="units",
        floor=0,
        usual=usual.write_units,
        value=ours.write_units,
        budget=Budget(0),
        notes=[_in_words(ours)],
    )
    yield Result(
        name="deregistration.requests",
        what="  and requests about them",
        unit="requests",
        floor=_READS_FOR_ALL,
        usual=usual.requests,
        value=len(reads),
        budget=Budget(_READS_FOR_ALL),
        notes=[f"{in_words(reads)}; the usual way: {in_words(usual.sent)}"],
    )


def _store_finished_calls(client: "DynamoDBClient") -> None:
    over = deleted_by(ALICE_ACTS)
    for call in _CALLS:
        item = session_item(replace(over, media_session_id=call))
        client.put_item(TableName=TABLE, Item=item)


def _end_sessions(records: list[dict[str, Any]]) -> None:
    answer = handler({"Records": records}, a_lambda_context())
    assert len(records) == 1, records
    assert answer == {"batchItemFailures": []}, answer


def _try_to_end_each() -> None:
    for call in _CALLS:
        assert session_ender().by_network(call, "registration deleted", NOW) is LeftAlone.OVER


def _in_words(cost: Cost) -> str:
    return f"{cost.in_words()}; the queries are of the indexes of the device and of its number"
