"""EndSessionsOfRegistration of a device with many calls: what is over costs next to nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from call_handling.devices import held_among, may_be_held_by
from call_handling.item import session_item
from call_handling.session import Session
from call_handling.status import Status
from camara.errors import Unavailable
from tests.support.api import a_call, delete, put
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    NOW,
    a_registration,
    a_session,
    legs,
)
from tests.support.clients import ANSWER, names, on, session
from tests.support.devices import register
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.messaging import Requests
from tests.support.races import waiting
from tests.support.registration_ends import end_sessions, without
from tests.support.sessions import a_register, deleted_by
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OVER = deleted_by(ALICE_ACTS)


def stored(table: "DynamoDBClient", number: int, like: Session) -> list[str]:
    """Store so many sessions from Alice to Bob; return their ids."""
    ids = [f"call-{each:03}" for each in range(number)]
    puts: list[Any] = [
        {"PutRequest": {"Item": session_item(replace(like, media_session_id=each))}} for each in ids
    ]
    for first in range(0, number, 25):
        table.batch_write_item(RequestItems={TABLE: puts[first : first + 25]})
    return ids


def lives(table: "DynamoDBClient", ids: list[str]) -> list[bool]:
    found = set(among(table, ids))
    return [each in found for each in ids]


def among(table: "DynamoDBClient", ids: list[str], *, has_time: bool = True) -> Iterator[str]:
    return held_among(table, TABLE, ids, lambda _: True, lambda: has_time)


@pytest.mark.parametrize("party", [ALICE, BOB])
@pytest.mark.parametrize(("number", "reads"), [(0, 0), (100, 1), (101, 2), (200, 2)])
def test_those_that_are_over_cost_a_read_for_each_hundred(
    table: "DynamoDBClient", requests: Requests, party: str, number: int, reads: int
) -> None:
    stored(table, number, OVER)
    records = without(party)
    requests.clear()

    assert end_sessions(records) == []
    assert names(requests).count("BatchGetItem") == reads
    assert "UpdateItem" not in names(requests)


@pytest.mark.parametrize("party", [ALICE, BOB])
def test_the_one_that_lives_is_ended_however_little_time_there_is(
    table: "DynamoDBClient", requests: Requests, party: str
) -> None:
    stored(table, 64, OVER)
    call = a_call()
    records = without(party)
    requests.clear()

    assert end_sessions(records, looks=1) == []
    assert names(requests).count("UpdateItem") == 1
    assert session(call).status == "NoAnswer"


def test_what_comes_again_finds_fewer_to_end(table: "DynamoDBClient") -> None:
    live = stored(table, 9, a_session(Status.RINGING))
    records = without(ALICE)

    for left in (6, 3):
        assert len(end_sessions(records, looks=3)) == 1
        assert sum(lives(table, live)) == left
    assert end_sessions(records, looks=3) == []
    assert sum(lives(table, live)) == 0


def half_served(monkeypatch: pytest.MonkeyPatch, times: float) -> None:
    """Let so many batches be served but for half of their keys."""
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001
    left = times

    def serve(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        nonlocal left
        if name != "BatchGetItem" or left <= 0:
            return real(client, name, arguments)
        left -= 1
        asked = arguments["RequestItems"][TABLE]
        half = len(asked["Keys"]) // 2
        served, left_out = asked["Keys"][:half], asked["Keys"][half:]
        answer: dict[str, Any] = {"Responses": {}}
        if served:
            answer = real(client, name, {"RequestItems": {TABLE: asked | {"Keys": served}}})
        return answer | {"UnprocessedKeys": {TABLE: asked | {"Keys": left_out}}}

    monkeypatch.setattr(BaseClient, "_make_api_call", serve)


@pytest.mark.parametrize("times", [1, 3])
def test_keys_that_were_left_out_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", requests: Requests, times: int
) -> None:
    live = stored(table, 30, a_session(Status.RINGING))
    records = without(ALICE)
    half_served(monkeypatch, times)
    waits = waiting(monkeypatch)
    requests.clear()

    assert end_sessions(records) == []
    assert len(waits) == times
    reads = [asked["RequestItems"][TABLE] for name, asked in requests if name == "BatchGetItem"]
    assert all(read["ConsistentRead"] and "ProjectionExpression" in read for read in reads)
    assert names(requests).count("UpdateItem") == 30
    assert sum(lives(table, live)) == 0


def test_keys_that_are_left_out_for_ever_come_again(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient"
) -> None:
    stored(table, 3, a_session(Status.RINGING))
    records = without(ALICE)
    half_served(monkeypatch, inf)
    waits = waiting(monkeypatch)

    assert len(end_sessions(records)) == 1
    assert len(waits) == 9


def test_those_that_cannot_have_rung_on_the_device_are_not_read(
    table: "DynamoDBClient", requests: Requests
) -> None:
    """It was registered for a minute only, and there was a lot before and after it."""
    register(BOB, 2, made_at=NOW)
    for number, seconds in enumerate((-211, -210, 30, 31)):
        placed = replace(OVER, created_at=NOW + seconds, media_session_id=f"call-{number}")
        table.put_item(TableName=TABLE, Item=session_item(placed))
    records = without(BOB, 2)
    requests.clear()

    assert end_sessions(records) == []
    [read] = [asked["RequestItems"][TABLE] for name, asked in requests if name == "BatchGetItem"]
    assert {each["mediaSessionId"]["S"] for each in read["Keys"]} == {"call-1", "call-2"}


def test_those_that_others_hold_cost_no_write(table: "DynamoDBClient", requests: Requests) -> None:
    second = register(BOB, 2)
    stored(table, 30, a_session(Status.RINGING))
    for _ in range(3):
        assert put(BOB, a_call(), ANSWER, headers=on(second)).status == 200
    records = without(BOB)
    requests.clear()

    assert end_sessions(records) == []
    assert "UpdateItem" not in names(requests)


def test_when_time_is_up_no_more_is_read(table: "DynamoDBClient", requests: Requests) -> None:
    stored(table, 300, OVER)
    records = without(BOB)
    requests.clear()

    assert len(end_sessions(records, looks=0)) == 1
    assert names(requests).count("BatchGetItem") == 1


class TestHeldAmong:
    def test_are_those_that_are_not_over(self, table: "DynamoDBClient") -> None:
        live = stored(table, 3, a_session(Status.RINGING))
        ended = [a_call() for _ in range(2)]
        for call in ended:
            delete(ALICE, call)

        assert set(among(table, [*ended, *live, "unknown"])) == set(live)

    def test_are_found_when_they_are_asked_for(
        self, table: "DynamoDBClient", requests: Requests
    ) -> None:
        live = stored(table, 150, a_session(Status.RINGING))
        requests.clear()
        found = among(table, live)
        assert requests == []

        next(found)
        assert names(requests) == ["BatchGetItem"]

    def test_that_cannot_be_read_are_unavailable(
        self, table: "DynamoDBClient", dynamo: FaultyDynamoDB
    ) -> None:
        dynamo.fail(client_error("ThrottlingException"))

        with pytest.raises(Unavailable):
            list(among(table, ["call-1"]))

    def test_are_unavailable_without_time_for_another_hundred(
        self, table: "DynamoDBClient"
    ) -> None:
        live = stored(table, 101, a_session(Status.RINGING))

        assert len(list(among(table, live[:100], has_time=False))) == 100
        with pytest.raises(Unavailable):
            list(among(table, live, has_time=False))

    def test_are_those_that_the_device_has_placed_or_may_be_the_last_to_hold(self) -> None:
        gone, left = a_registration(BOB, 2), a_registration(BOB)
        ringing, placed = a_session(), a_session(legs=legs(caller=gone))
        register = a_register(gone, left)
        on_it, on_another = (
            a_session().answered(BOB_ACTS, each.registration_id, register, NOW)
            for each in (gone, left)
        )
        for others, held in (([], [ringing, placed, on_it]), ([left], [placed, on_it])):
            may_be_held = may_be_held_by(gone, others)
            sessions = [ringing, placed, on_it, on_another]
            assert [each for each in sessions if may_be_held(session_item(each))] == held
