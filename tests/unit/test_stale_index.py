from collections import Counter
from typing import Any
from zlib import crc32

from aws.stale_index import SHARDS_SEARCHED, SHARDS_WRITTEN, Stale, StaleIndex, stale_shard

FIRST_RELEASED = 64
"""No release may search fewer: what an earlier one has put in the last would go unswept."""

CALLS_A_SECOND = 5_000
UNITS_OF_A_CALL = 4
UNITS_OF_A_PARTITION = 1_000
"""A second; AWS, "Burst and adaptive capacity"."""


def test_whatever_is_written_is_searched() -> None:
    assert SHARDS_WRITTEN <= SHARDS_SEARCHED >= FIRST_RELEASED


def test_there_are_enough_for_five_thousand_calls_a_second_and_a_reserve() -> None:
    units = CALLS_A_SECOND * UNITS_OF_A_CALL / SHARDS_WRITTEN

    assert units * 1.5 <= UNITS_OF_A_PARTITION


def test_a_key_stays_in_its_shard_and_all_shards_get_their_share() -> None:
    shards = Counter(stale_shard(f"{number:040x}") for number in range(100 * SHARDS_WRITTEN))

    assert shards.keys() == {str(shard) for shard in range(SHARDS_WRITTEN)}
    assert 70 < min(shards.values()) <= max(shards.values()) < 130
    assert stale_shard("AB") == stale_shard("AB") == str(crc32(b"AB") % SHARDS_WRITTEN)


class Client:
    """Has one item in each of the first two partitions, on a page of its own."""

    def get_paginator(self, name: str) -> "Client":
        assert name == "query"
        return self

    def paginate(self, **query: Any) -> list[Any]:
        shard = query["ExpressionAttributeValues"][":shard"]["S"]
        if shard not in {"0", "1"}:
            return []
        key = {"owner": {"S": f"owner {shard}"}, "part": {"S": shard}}
        return [{"Items": []}, {"Items": [key | {"staleAt": {"N": str(9 - int(shard))}}]}]


def test_a_key_is_as_it_is_taken_and_the_oldest_comes_first() -> None:
    client: Any = Client()
    index = StaleIndex("table", "index", lambda item: item["owner"])

    assert list(index.stale(client, 100)) == [
        Stale(8, {"S": "owner 1"}),
        Stale(9, {"S": "owner 0"}),
    ]
