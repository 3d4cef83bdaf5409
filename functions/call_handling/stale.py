"""The index ``StaleSessions``: live sessions under their deadline, in a few partitions.

Sparse (an ended session is not in it) and keys only, so finding what is stale costs by what is
stale, not by what is stored. Source: AWS, "Take advantage of sparse indexes" and "Using write
sharding".
"""

import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from call_handling.item import STALE_SHARDS
from camara.dynamodb import unavailable_on_failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Stale(NamedTuple):
    """A session whose deadline (Unix seconds) had passed when it was found."""

    stale_at: int
    media_session_id: str


def stale_sessions(client: "DynamoDBClient", table: str, now: int) -> Iterator[Stale]:
    """Yield the sessions whose deadline has passed, the oldest first.

    Costs one request for each partition and one for each further MiB of keys, about 8,000 sessions.
    Raises ``Unavailable``.
    """
    shards = [_shard(client, table, str(shard), now) for shard in range(STALE_SHARDS)]
    return heapq.merge(*shards)


def _shard(client: "DynamoDBClient", table: str, shard: str, now: int) -> Iterator[Stale]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName="StaleSessions",
        KeyConditionExpression="staleShard = :shard AND staleAt <= :now",
        ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"N": str(now)}},
    )
    with unavailable_on_failure():
        for page in pages:
            for item in page["Items"]:
                yield Stale(int(item["staleAt"]["N"]), item["mediaSessionId"]["S"])
