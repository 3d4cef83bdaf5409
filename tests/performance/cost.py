"""What an operation costs at DynamoDB: its requests, and what they are billed.

Items and the entries of all indexes are read from the tables and the indexes themselves, before and
after; prices come from ``write_units``. A transaction doubles what it writes to a table, and what
it only checks there is billed as if it were written; what follows in the indexes is not doubled.
Source: AWS, "Amazon DynamoDB Transactions: How it works", capacity management.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, starmap
from typing import TYPE_CHECKING, NamedTuple

from tests.performance.sent import Sent, found_by_queries, in_words, sent_by
from tests.performance.write_units import Item, index_units, item_bytes, table_units
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.template import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TABLES = {
    TABLE: "SessionsTable",
    REGISTRATIONS: "RegistrationsTable",
    SUBSCRIPTIONS: "SubscriptionsTable",
}
_TRANSACTION = 2
_CHECK = "ConditionCheck"
_READ_UNIT_BYTES = 4096
_EVENTUALLY_CONSISTENT = 0.5
"""What such a read is billed of a consistent one."""

type _Place = tuple[str, str]
"""A table and one of its indexes; of the table itself, an empty name."""
type _Key = tuple[str, ...]
type _Stored = Mapping[_Place, Mapping[_Key, Item]]


class Write(NamedTuple):
    """An item that was written, or only checked; ``after`` is ``None`` if there is none.

    ``units`` are those of the same write by itself, ``factor`` what a transaction makes of them.
    """

    table: str
    after: Item | None
    units: int
    factor: int
    only_checked: bool


@dataclass(frozen=True)
class Cost:
    """``of_indexes`` are the write units by index, ``read_units`` those of items and of queries."""

    sent: Sequence[Sent]
    writes: Sequence[Write]
    of_indexes: Mapping[str, int]
    read_units: float

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return len(self.sent)

    @property
    def of_tables(self) -> int:
        """Write units of the tables."""
        return sum(write.units * write.factor for write in self.writes)

    @property
    def write_units(self) -> int:
        """Write units of tables and indexes."""
        return self.of_tables + sum(self.of_indexes.values())

    def of_item(self, attribute: str) -> Write:
        """Return the write of the one item that has this attribute."""
        (found,) = (
            write
            for write in self.writes
            if not write.only_checked and write.after is not None and attribute in write.after
        )
        return found

    def in_words(self) -> str:
        """Say what the requests are and what the reads are billed."""
        reads = f"; {self.read_units:,g} read units" if self.read_units else ""
        return f"{in_words(self.sent)}{reads}"


def costed[Answer](client: "DynamoDBClient", act: Callable[[], Answer]) -> tuple[Answer, Cost]:
    """Return what ``act`` returns, and what it has cost."""
    before = _stored(client)
    with sent_by(client) as sent, found_by_queries(client) as pages:
        answer = act()
    after = _stored(client)
    return answer, Cost(
        sent=sent,
        writes=[write for request in sent for write in _writes(request, before, after)],
        of_indexes=_of_indexes(before, after),
        read_units=_read_units(sent, pages, before),
    )


def costed_reads[Answer](
    client: "DynamoDBClient", act: Callable[[], Answer]
) -> tuple[Answer, Cost]:
    """Return the same for what only reads, however much is stored."""
    with sent_by(client) as sent, found_by_queries(client) as pages:
        answer = act()
    stored: dict[_Place, dict[_Key, Item]] = {(table, ""): {} for table in _TABLES}
    for table, key in chain.from_iterable(map(_keys_read, sent)):
        item = client.get_item(TableName=table, Key=key).get("Item")
        if item is not None:
            stored[table, ""][_key(table, key)] = item
    assert not [*chain.from_iterable(_writes(request, stored, stored) for request in sent)]
    return answer, Cost(sent, [], {}, _read_units(sent, pages, stored))


def _stored(client: "DynamoDBClient") -> _Stored:
    """Return all that is in the tables, and in each of their indexes."""
    stored: dict[_Place, dict[_Key, Item]] = {}
    for table in _TABLES:
        stored[table, ""] = {
            _key(table, item): item
            for page in client.get_paginator("scan").paginate(TableName=table)
            for item in page["Items"]
        }
        for name, attributes in _indexes(table).items():
            pages = client.get_paginator("scan").paginate(TableName=table, IndexName=name)
            entries = [entry for page in pages for entry in page["Items"]]
            assert all(entry.keys() == attributes for entry in entries), (name, entries)
            stored[table, name] = {_key(table, entry): entry for entry in entries}
    return stored


def _indexes(table: str) -> dict[str, set[str]]:
    """Return the attributes of an entry by index: the keys of both, nothing else."""
    resource = properties(_TABLES[table])
    indexes = resource["GlobalSecondaryIndexes"]
    assert all(index["Projection"] == {"ProjectionType": "KEYS_ONLY"} for index in indexes)
    return {
        index["IndexName"]: {
            key["AttributeName"] for key in resource["KeySchema"] + index["KeySchema"]
        }
        for index in indexes
    }


def _key(table: str, item: Item) -> _Key:
    schema = properties(_TABLES[table])["KeySchema"]
    return tuple(item[key["AttributeName"]]["S"] for key in schema)


def _writes(request: Sent, before: _Stored, after: _Stored) -> Iterator[Write]:
    match request.name:
        case "TransactWriteItems":
            actions = [next(iter(action.items())) for action in request.body["TransactItems"]]
            factor = _TRANSACTION
        case "PutItem" | "UpdateItem" | "DeleteItem":
            actions = [(request.name, request.body)]
            factor = 1
        case _:
            return
    for name, action in actions:
        table = action["TableName"]
        key = _key(table, action["Item"] if "Item" in action else action["Key"])
        old, new = before[table, ""].get(key), after[table, ""].get(key)
        yield Write(table, new, table_units(old, new), factor, only_checked=name == _CHECK)


def _of_indexes(before: _Stored, after: _Stored) -> Counter[str]:
    """Return the write units by index, of those in which anything changes."""
    units = Counter[str]()
    for place in before:
        for key in before[place].keys() | after[place].keys():
            if place[1]:
                units[place[1]] += index_units(before[place].get(key), after[place].get(key))
    return +units


def _read_units(sent: Sequence[Sent], pages: Sequence[Sequence[Item]], stored: _Stored) -> float:
    """Return what reads are billed, whether they find any items or not."""
    items = (
        stored[table, ""].get(_key(table, key), {})
        for table, key in chain.from_iterable(map(_keys_read, sent))
    )
    queries = zip((each for each in sent if each.name == "Query"), pages, strict=True)
    return sum(_blocks(item_bytes(item)) for item in items) + sum(starmap(_units_of_page, queries))


def _keys_read(request: Sent) -> Iterator[tuple[str, Item]]:
    """Yield tables and keys of a strongly consistent read, if it is one."""
    match request.name:
        case "GetItem":
            asked = {request.body["TableName"]: {**request.body, "Keys": [request.body["Key"]]}}
        case "BatchGetItem":
            asked = request.body["RequestItems"]
        case _:
            return
    for table, read in asked.items():
        assert read["ConsistentRead"], request
        yield from ((table, key) for key in read["Keys"])


def _units_of_page(query: Sent, page: Sequence[Item]) -> float:
    """Return what a query is billed: all that it has read, together."""
    assert "FilterExpression" not in query.body, query
    blocks = _blocks(sum(map(item_bytes, page)))
    return blocks if query.body.get("ConsistentRead") else blocks * _EVENTUALLY_CONSISTENT


def _blocks(size: int) -> int:
    """Return how many 4 KiB a read takes, one at least."""
    return max(1, math.ceil(size / _READ_UNIT_BYTES))
