"""DynamoDB as a value: what the functions ask of it, each request at one moment.

Conditions are read as they are written. An index shows an item once it is among the ``shown``. What
is not known here raises ``NotImplementedError``.
"""

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE

type Item = dict[str, Any]

KEYS = {
    TABLE: ("mediaSessionId", "part"),
    REGISTRATIONS: ("owner",),
    SUBSCRIPTIONS: ("number", "subscriptionId"),
}
_REFUSED = "ConditionalCheckFailed"


class Row(NamedTuple):
    """An item (JSON) and where it is."""

    table: str
    key: tuple[str, ...]
    item: str


type Rows = tuple[Row, ...]


class Served(NamedTuple):
    """What a request has made of the tables, and its answer (JSON); ``error`` is an exception's."""

    rows: Rows
    body: str
    error: str = ""


@lru_cache(100_000)
def parsed(text: str) -> Any:
    """Return what a JSON text says, for all who ask: nobody may change it."""
    return json.loads(text)


def a_row(table: str, item: Item) -> Row:
    """Return an item as it is stored."""
    return Row(table, _key(table, item), json.dumps(item))


def put(rows: Rows, new: Row) -> Rows:
    """Return the tables with an item in its place."""
    return tuple(sorted([row for row in rows if row[:2] != new[:2]] + [new]))


def item_at(rows: Rows, table: str, *key: str) -> Item | None:
    """Return an item."""
    for row in rows:
        if row.table == table and row.key == key:
            item: Item = parsed(row.item)
            return item
    return None


@lru_cache(100_000)
def serve(rows: Rows, operation: str, arguments: str, shown: frozenset[str]) -> Served:
    """Serve one request (JSON); ``shown`` are the sessions that the indexes have."""
    asked = parsed(arguments)
    match operation:
        case "GetItem":
            found = item_at(rows, asked["TableName"], *_key(asked["TableName"], asked["Key"]))
            return _read(rows, {} if found is None else {"Item": found})
        case "BatchGetItem":
            answers = {
                table: _batch(rows, table, of) for table, of in asked["RequestItems"].items()
            }
            return _read(rows, {"Responses": answers, "UnprocessedKeys": {}})
        case "Query":
            return _read(rows, {"Items": _query(rows, asked, shown)})
        case "PutItem":
            if not _allowed(rows, asked):
                name = _REFUSED + "Exception"
                return _read(rows, {"Error": {"Code": name}}, name)
            return _read(_written(rows, asked), {})
        case "TransactWriteItems":
            return _transact(rows, [each["Put"] for each in asked["TransactItems"]])
    raise NotImplementedError(operation)


def _read(rows: Rows, body: Any, error: str = "") -> Served:
    return Served(rows, json.dumps(body), error)


def _transact(rows: Rows, puts: list[dict[str, Any]]) -> Served:
    reasons = [{"Code": "None" if _allowed(rows, each) else _REFUSED} for each in puts]
    if any(reason["Code"] == _REFUSED for reason in reasons):
        name = "TransactionCanceledException"
        return _read(rows, {"Error": {"Code": name}, "CancellationReasons": reasons}, name)
    for each in puts:
        rows = _written(rows, each)
    return _read(rows, {})


def _key(table: str, item: Item) -> tuple[str, ...]:
    return tuple(item[name]["S"] for name in KEYS[table])


def _written(rows: Rows, asked: dict[str, Any]) -> Rows:
    return put(rows, a_row(asked["TableName"], asked["Item"]))


def _batch(rows: Rows, table: str, asked: dict[str, Any]) -> list[Item]:
    found = [item_at(rows, table, *_key(table, key)) for key in asked["Keys"]]
    return [item for item in found if item is not None]


def _query(rows: Rows, asked: dict[str, Any], shown: frozenset[str]) -> list[Item]:
    condition = re.fullmatch(r"(\w+) = (:\w+)", asked["KeyConditionExpression"])
    if condition is None or asked["ScanIndexForward"]:
        raise NotImplementedError(asked)
    name, value = condition[1], asked["ExpressionAttributeValues"][condition[2]]
    items = [parsed(row.item) for row in rows if row.table == asked["TableName"]]
    found = [item for item in items if item.get(name) == value]
    if "IndexName" not in asked:
        return sorted(found, key=lambda item: str(item["part"]["S"]), reverse=True)
    found = [item for item in found if item["mediaSessionId"]["S"] in shown]
    found.sort(key=lambda item: int(item["createdAt"]["N"]), reverse=True)
    return found[: asked["Limit"]]


def _allowed(rows: Rows, asked: dict[str, Any]) -> bool:
    item = item_at(rows, asked["TableName"], *_key(asked["TableName"], asked["Item"])) or {}
    values = asked["ExpressionAttributeValues"]
    return any(_holds(each, item, values) for each in asked["ConditionExpression"].split(" OR "))


def _holds(clause: str, item: Item, values: Item) -> bool:
    if absent := re.fullmatch(r"attribute_not_exists\((\w+)\)", clause):
        return absent[1] not in item
    if equal := re.fullmatch(r"(\w+) = (:\w+)", clause):
        return bool(item.get(equal[1]) == values[equal[2]])
    raise NotImplementedError(clause)
