"""Sparse index of items that have a deadline, sharded by ``staleShard`` and sorted by ``staleAt``.

Items without a deadline are not in it, and it holds keys only: finding what is stale costs by what
is stale, not by what is stored. Source: AWS, "Take advantage of sparse indexes", "Using write
sharding" and "Burst and adaptive capacity" (1,000 write units a second for one partition key).
"""

import heapq
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from aws.dynamodb import CONNECTIONS, unavailable_on_failure
from camara.unix_time import UnixSeconds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS_WRITTEN = 32
"""Partitions over which writes are spread: any number up to ``SHARDS_SEARCHED``, at any time.

A whole call writes four units to ``StaleSessions``; at 5,000 calls a second that is 625 to each.
"""

SHARDS_SEARCHED = 64
"""Partitions that sweeps read: this may rise, but never fall.

With fewer, items that an earlier release has put into the last ones would go unswept. A release may
write to no more partitions than the release before it reads: during a deployment, or after a
rollback, that one sweeps.
"""

_PAGE_KEYS = 1000
"""Keys in a page; the first page of each partition may be in memory at once."""


class Stale[Key](NamedTuple):
    """The key of an item whose deadline (Unix seconds) had passed when it was found."""

    stale_at: UnixSeconds
    key: Key


class StaleIndex[Key](NamedTuple):
    """The index ``name`` of a table; ``key_of`` takes the key out of an item of the index."""

    table: str
    name: str
    key_of: Callable[[dict[str, Any]], Key]

    def stale(self, client: "DynamoDBClient", now: UnixSeconds) -> Iterator[Stale[Key]]:
        """Yield the keys whose deadline has passed, the oldest first.

        Costs one request, half a read unit at least, for each partition (as many at once as the
        client has connections), and one for each further thousand keys, as they are asked for.
        Raises ``Unavailable``.
        """
        shards = [self._pages(client, str(shard), now) for shard in range(SHARDS_SEARCHED)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            first_pages = [*pool.map(lambda pages: next(pages, ()), shards)]
        yield from heapq.merge(
            *(
                chain(first, chain.from_iterable(others))
                for first, others in zip(first_pages, shards, strict=True)
            ),
            key=lambda stale: stale.stale_at,
        )

    def _pages(
        self, client: "DynamoDBClient", shard: str, now: UnixSeconds
    ) -> Iterator[list[Stale[Key]]]:
        pages = client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=self.name,
            KeyConditionExpression="staleShard = :shard AND staleAt <= :now",
            ExpressionAttributeValues={":shard": {"S": shard}, ":now": {"N": str(now)}},
            PaginationConfig={"PageSize": _PAGE_KEYS},
        )
        with unavailable_on_failure():
            for page in pages:
                yield [
                    Stale(int(item["staleAt"]["N"]), self.key_of(item)) for item in page["Items"]
                ]


def stale_shard(key: str) -> str:
    """Return the partition that an item with this key is written to."""
    return str(crc32(key.encode()) % SHARDS_WRITTEN)
