from typing import Any

from camara.stale_index import STALE_SHARDS, Stale, StaleIndex, stale_shard


def test_a_shard_is_one_of_so_many_and_a_key_stays_in_it() -> None:
    ids = [f"{number:032X}" for number in range(200)]

    assert {stale_shard(name) for name in ids} == {str(shard) for shard in range(STALE_SHARDS)}
    assert stale_shard("AB") == stale_shard("AB") == str((65 + 66) % 8)


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


def test_a_key_is_all_its_attributes_in_their_order_and_the_oldest_comes_first() -> None:
    client: Any = Client()

    for keys, found in (
        (("owner",), ["owner 1", "owner 0"]),
        (("part", "owner"), ["1 owner 1", "0 owner 0"]),
    ):
        index = StaleIndex("table", "index", keys)
        assert list(index.stale(client, 100)) == [Stale(8, found[0]), Stale(9, found[1])]
