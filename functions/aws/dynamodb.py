"""DynamoDB client: bounded retries, optimistic locking, and one translation of its failures.

Source: botocore, "Retries" (standard mode) and "Error handling"; AWS, "Error handling with
DynamoDB".
"""

import json
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

# boto3 would add its resources and their transfer manager to each cold start, a seventh of it.
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.session import Session

from aws import deadline
from aws.retry import retry_on
from camara.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = 16
"""Requests of a process that can be under way at once."""

_ANSWERS = frozenset(
    {
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
        "TransactionConflictException",
    }
)
_THROTTLED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
_OUR_FAULT = frozenset(
    {"ValidationException", "ResourceNotFoundException", "AccessDeniedException"}
)


@cache
def dynamodb_client() -> "DynamoDBClient":
    """Return the process's client: three attempts of at most 3 seconds, with waits 12 seconds.

    Its calls raise ``Timeout`` when the deadline of the request leaves no time for them.
    """
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
        parameter_validation=False,
        max_pool_connections=CONNECTIONS,
        tcp_keepalive=True,
        # Composed anew for every request if not given, which is a third of a DELETE's CPU time.
        user_agent="webrtc-call-handling",
    )
    client = cast("DynamoDBClient", Session().create_client("dynamodb", config=config))
    client.meta.events.register("before-parse.dynamodb.UpdateItem", _as_it_came)
    return deadline.enforce_deadline(client)


def _as_it_came(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Skip botocore's response parser for ``UpdateItem``: hand on the answer's JSON as it is.

    The parser would walk through it, shape by shape, to arrive at the same: a tenth of the CPU time
    of a DELETE, and of each session that a sweep ends. Binary values would differ; there are none.
    """
    if response_dict["status_code"] == HTTPStatus.OK:
        try:
            customized_response_dict.update(json.loads(response_dict["body"]))
        except ValueError as error:
            raise HTTPClientError(error=error) from error
        response_dict["body"] = b"{}"


def new_write_id() -> str:
    """Return a name for a write: 16 characters, for it is stored, and billed by its size."""
    return secrets.token_urlsafe(12)


def if_still(version: int, write_id: str) -> dict[str, Any]:
    """Return the condition of optimistic locking: the item is still at ``version`` (0: no item).

    It also holds if this very write is stored already: the SDK repeats a request whose answer was
    lost.
    """
    unchanged = "version = :version" if version else "attribute_not_exists(version)"
    values = {":writeId": {"S": write_id}}
    if version:
        values[":version"] = {"N": str(version)}
    return {
        "ConditionExpression": f"{unchanged} OR writeId = :writeId",
        "ExpressionAttributeValues": values,
    }


class _Unprocessed(Exception):
    """DynamoDB has left keys out, for want of capacity."""


def read_batch(
    client: "DynamoDBClient", table: str, keys: Iterable[Any], **options: Any
) -> list[dict[str, Any]]:
    """Return the items of at most 100 different keys, those that exist, with consistent reads.

    One request, and more only for keys that DynamoDB has not processed. Raises ``Unavailable`` and
    ``Timeout``.
    """
    wanted: dict[str, Any] = {table: {"Keys": list(keys), "ConsistentRead": True, **options}}
    found: list[dict[str, Any]] = []

    def read() -> None:
        nonlocal wanted
        with unavailable_on_failure():
            answer = client.batch_get_item(RequestItems=wanted)
        found.extend(answer["Responses"].get(table, ()))
        if answer["UnprocessedKeys"]:
            wanted = dict(answer["UnprocessedKeys"])
            raise _Unprocessed

    retry_on(read, _Unprocessed)
    return found


@contextmanager
def unavailable_on_failure() -> Iterator[None]:
    """Translate failures of DynamoDB, and of the network to it, into ``Unavailable``.

    Three kinds of error pass through: a condition of the request that was not met, a request that
    can never work (malformed, not permitted, no such table), which is a fault of ours, and
    ``Timeout``.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ANSWERS | _OUR_FAULT and not _throttled(error):
            raise
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error


def _throttled(error: ClientError) -> bool:
    """Tell whether a transaction was cancelled for want of capacity; the SDK retries none."""
    reasons = cast("Any", error.response).get("CancellationReasons", ())
    return any(reason.get("Code") in _THROTTLED for reason in reasons)
