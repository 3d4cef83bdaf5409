"""The model of all that happens to a sink: it answers as DynamoDB does, and finds a broken rule."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from call_handling.status import Status
from camara.scope import EventType
from notifications import catch_up, deliver_notification, delivery
from notifications.audience import Audience, Listener
from notifications.subscription import Subscription
from tests.support.builders import BOB, a_subscription
from tests.support.call_stories import Story
from tests.support.explored import Explored, Violation, explore, require
from tests.support.modelled_dynamodb import KEYS, Item, Rows, Served, parsed
from tests.support.modelled_dynamodb import serve as real_serve
from tests.support.sink_ways import DELETES, PUTS, every_way
from tests.support.sink_world import Scenario

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INVITATIONS = (a_subscription(subscriber=BOB, type=EventType.SESSION_INVITATION),)
CALLS = (a_subscription(subscriber=BOB),)
BEGUN = Story("a call", Status.INITIAL, Status.RINGING, known=1)
ANSWERED = Story("a call", Status.INITIAL, Status.RINGING, Status.CONNECTED, known=1)
SAME = 8
"""Requests of one operation that are compared, and as many that are refused."""


def test_tables_answer_as_those_of_dynamodb(
    table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    asked: list[tuple[Rows, str, Item, Served]] = []

    def serve(rows: Rows, operation: str, arguments: str, shown: frozenset[str]) -> Served:
        served = real_serve(rows, operation, arguments, shown)
        seen[operation, served.error] += 1
        if seen[operation, served.error] <= SAME:
            asked.append((rows, operation, parsed(arguments), served))
        return served

    with monkeypatch.context() as patch:
        patch.setattr("tests.support.sink_serving.serve", serve)
        every_way(Scenario((BEGUN,), CALLS, failures=1, losses=1, clients=(PUTS,)))
    assert len(seen) == 7

    for rows, operation, arguments, served in asked:
        _store(table, rows)
        try:
            answer, error = table._make_api_call(operation, arguments), ""  # type: ignore[attr-defined]  # noqa: SLF001
        except ClientError as refused:
            answer, error = refused.response, refused.response["Error"]["Code"]
        assert (_items(answer), error) == (_items(json.loads(served.body)), served.error)
        assert _stored(table) == {row[:2]: parsed(row.item) for row in served.rows}


def _items(answer: Any) -> list[Item]:
    """Return what an answer holds of items, or why each was refused, in an order of its own."""
    found = [answer["Item"]] if "Item" in answer else list(answer.get("Items", ()))
    found += [item for items in answer.get("Responses", {}).values() for item in items]
    found += [{"Code": each["Code"]} for each in answer.get("CancellationReasons", ())]
    return sorted(found, key=str)


def _store(client: "DynamoDBClient", rows: Rows) -> None:
    for place in _stored(client):
        client.delete_item(TableName=place[0], Key=_key(*place))
    for row in rows:
        client.put_item(TableName=row.table, Item=parsed(row.item))


def _stored(client: "DynamoDBClient") -> dict[Any, Item]:
    stored: dict[Any, Item] = {}
    for name, its_key in KEYS.items():
        for item in client.scan(TableName=name)["Items"]:
            stored[name, tuple(item[part]["S"] for part in its_key)] = item
    return stored


def _key(name: str, values: tuple[str, ...]) -> Item:
    return {part: {"S": value} for part, value in zip(KEYS[name], values, strict=True)}


def test_every_way_is_followed_and_ways_that_meet_are_followed_once() -> None:
    def steps(at: tuple[int, int]) -> list[tuple[str, tuple[int, int]]]:
        right, up = at
        nexts = [("right", (right + 1, up)), ("up", (right, up + 1))]
        return [(word, then) for word, then in nexts if max(then) <= 3]

    assert explore((0, 0), steps, lambda _: None) == Explored(states=16, ways=20)


def test_a_violation_comes_with_the_shortest_way_to_it() -> None:
    def steps(number: int) -> list[tuple[str, int]]:
        require(number != 6, "never six")
        return [("one more", number + 1), ("doubled", number * 2)]

    with pytest.raises(Violation, match=r"^never six, after\none more\none more\ndoubled$"):
        explore(1, steps, lambda _: None)


def is_listed_as_working(patch: pytest.MonkeyPatch) -> None:
    real = Audience.subscribed_to

    def subscribed_to(audience: Audience, *asked: Any) -> list[Listener]:
        listeners = {
            name: each._replace(failing=False) for name, each in audience.listeners.items()
        }
        return real(replace(audience, listeners=listeners), *asked)

    patch.setattr(Audience, "subscribed_to", subscribed_to)


BROKEN: dict[str, tuple[Scenario, Callable[[pytest.MonkeyPatch], None]]] = {
    "heard twice": (
        Scenario((ANSWERED,), CALLS, failures=1),
        lambda patch: patch.setattr(Subscription, "knows", lambda *_: False),
    ),
    "what a mark is to keep away is queued": (
        Scenario((ANSWERED,), CALLS, failures=1),
        is_listed_as_working,
    ),
    "the latest state was not heard": (
        Scenario((ANSWERED,), CALLS, failures=1),
        lambda patch: patch.setattr(catch_up, "_missed", lambda *_: iter(())),
    ),
    "marked, and no probe will come": (
        Scenario((BEGUN,), CALLS, failures=1),
        lambda patch: patch.setattr(delivery, "probe", lambda *_: None),
    ),
    "behind, and nothing will catch up": (
        Scenario((BEGUN,), CALLS, failures=1),
        lambda patch: patch.setattr(deliver_notification, "catch_up", lambda *_: None),
    ),
    "one that has ended hears more than its end": (
        Scenario((BEGUN,), CALLS, clients=(DELETES,)),
        lambda patch: patch.setattr(delivery, "_is_wanted", lambda *_: True),
    ),
    "invited to a call that does not ring": (
        Scenario((Story("a call", Status.INITIAL, Status.CONNECTED),), INVITATIONS),
        lambda patch: patch.setattr(delivery, "rings", lambda _: True),
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_it_finds_who_breaks_a_rule(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, break_it = BROKEN[rule]
    break_it(monkeypatch)
    with pytest.raises(Violation, match=f"^{rule}, after\n"):
        every_way(scenario)
