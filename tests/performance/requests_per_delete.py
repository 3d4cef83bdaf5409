"""How often a DELETE asks DynamoDB: every HTTP request that the SDK sends, retries included."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from call_handling.item import key
from call_handling.party import party_key
from tests.performance.result import Budget, Result
from tests.performance.stored_sessions import sessions_table
from tests.support.api import a_call, delete
from tests.support.builders import ALICE, EVE
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_UNKNOWN = "f00d" * 10
_CASES = {
    "done": (ALICE, 204),
    "unknown session": (ALICE, 404),
    "over": (ALICE, 404),
    "not a party": (EVE, 403),
    "asked again": (ALICE, 204),
}


def measure() -> Iterator[Result]:
    """Count the requests of a DELETE that succeeds and of each that is refused."""
    for case, (subscriber, expected) in _CASES.items():
        counts = []
        for end in (_ours, _read_then_delete):
            with sessions_table() as client, _counted(client) as requests:
                media_session_id = _prepared(case)
                requests.clear()
                status = end(client, subscriber, media_session_id)
                counts.append(len(requests))
            # What reads first has no answer for a request that is repeated: 404.
            if status != expected and not (case == "asked again" and end is _read_then_delete):
                message = f"{case}: {status} instead of {expected}"
                raise AssertionError(message)
        yield Result(
            name=f"requests-per-delete.{case.replace(' ', '-')}",
            what=f"DynamoDB requests per DELETE, {case}",
            unit="requests",
            floor=1,
            usual=counts[1],
            value=counts[0],
            ratio=counts[0],
            budget=Budget(1),
        )


def _prepared(case: str) -> str:
    media_session_id = a_call()
    match case:
        case "unknown session":
            return _UNKNOWN
        case "over":
            delete(ALICE, media_session_id, correlator="another")
        case "asked again":
            delete(ALICE, media_session_id, correlator="one")
    return media_session_id


@contextmanager
def _counted(client: "DynamoDBClient") -> Iterator[list[str]]:
    """Yield the list of requests sent while the context lasts."""
    sent: list[str] = []

    def count(event_name: str, **_: Any) -> None:
        sent.append(event_name)

    client.meta.events.register_first("before-send.dynamodb", count)
    try:
        yield sent
    finally:
        client.meta.events.unregister("before-send.dynamodb", count)


def _ours(_: "DynamoDBClient", subscriber: str, media_session_id: str) -> int:
    return delete(subscriber, media_session_id, correlator="one").status


def _read_then_delete(client: "DynamoDBClient", subscriber: str, media_session_id: str) -> int:
    """The usual way, at its leanest: look at the session, decide, write."""
    found = client.get_item(TableName=TABLE, Key=key(media_session_id)).get("Item")
    if found is None:
        return 404
    party = party_key(subscriber)
    if party not in {found["originator"]["S"], found["receiver"]["S"]}:
        return 403
    if "endings" not in found:
        return 404
    client.update_item(
        TableName=TABLE,
        Key=key(media_session_id),
        ConditionExpression="version = :version",
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":version": found["version"],
            ":status": found["endings"]["M"][party],
        },
    )
    return 204
