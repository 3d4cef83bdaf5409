"""EndSessionsOfRegistration of a device with many calls: what is over costs next to nothing."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from call_handling.devices import live_among
from call_handling.item import session_item
from call_handling.session import Session
from call_handling.status import Status
from camara.errors import Unavailable
from tests.integration.test_end_sessions_of_registration import end_sessions, without
from tests.support.api import a_call, delete
from tests.support.builders import ALICE, ALICE_ACTS, BOB, a_session
from tests.support.clients import names, session
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.messaging import Requests
from tests.support.races import waiting
from tests.support.sessions import deleted_by
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
    found = set(live_among(table, TABLE, ids))
    return [each in found for each in ids]


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


class TestLiveAmong:
    def test_are_those_that_are_not_over(self, table: "DynamoDBClient") -> None:
        live = stored(table, 3, a_session(Status.RINGING))
        ended = [a_call() for _ in range(2)]
        for call in ended:
            delete(ALICE, call)

        assert set(live_among(table, TABLE, [*ended, *live, "unknown"])) == set(live)

    def test_are_found_when_they_are_asked_for(
        self, table: "DynamoDBClient", requests: Requests
    ) -> None:
        live = stored(table, 150, a_session(Status.RINGING))
        requests.clear()
        found = live_among(table, TABLE, live)
        assert requests == []

        next(found)
        assert names(requests) == ["BatchGetItem"]

    def test_that_cannot_be_read_are_unavailable(
        self, table: "DynamoDBClient", dynamo: FaultyDynamoDB
    ) -> None:
        dynamo.fail(client_error("ThrottlingException"))

        with pytest.raises(Unavailable):
            list(live_among(table, TABLE, ["call-1"]))
