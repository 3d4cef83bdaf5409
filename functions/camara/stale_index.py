"""A sparse index of what has a deadline, in a few partitions (``staleShard``, ``staleAt``).

What is over is not in it, and it holds keys only: finding what is stale costs by what is stale, not
by what is stored. Source: AWS, "Take advantage of sparse indexes" and "Using write sharding".
"""

import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from camara.dynamodb import unavailable_on_failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STALE_SHARDS = 8
"""Partitions of each such index; with fewer, what is in the last would go unswept."""


class Stale(NamedTuple):
    """A key whose deadline (Unix seconds) had passed when it was found."""

    stale_at: int
    key: str


class StaleIndex(NamedTuple):
    """Where to look: a table, the index, and the attributes that are the table's key."""

    table: str
    name: str
    keys: tuple[str, ...]

    def stale(self, client: "DynamoDBClient", now: int) -> Iterator[Stale]:
        """Yield the keys whose deadline has passed, the oldest first, a blank between their parts.

        Costs one request for each partition and one for each further MiB of keys, about 8,000.
        Raises ``Unavailable``.
        """
        return heapq.merge(*(self._shard(client, str(shard), now) for shard in range(STALE_SHARDS)))

    def _shard(self, client: "DynamoDBClient", shard: str, now: int) -> Iterator[Stale]:
        pages = client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=self.name,
            KeyConditionExpression="staleShard = :shard AND staleAt <= :now",
            ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"N": str(now)}},
        )
        with unavailable_on_failure():
            for page in pages:
                for item in page["Items"]:
                    key = " ".join(item[attribute]["S"] for attribute in self.keys)
                    yield Stale(int(item["staleAt"]["N"]), key)


class Overdue:
    """The keys of what is stale, and ``lag``: by how many seconds the first deadline has passed."""

    def __init__(self, stale: Iterator[Stale], now: int) -> None:
        self._stale = stale
        self._now = now
        self.lag = 0

    def __iter__(self) -> Iterator[str]:
        for stale in self._stale:
            self.lag = max(self.lag, self._now - stale.stale_at)
            yield stale.key


def stale_shard(key: str) -> str:
    """Return the partition that an item with this key is in."""
    return str(sum(key.encode()) % STALE_SHARDS)
