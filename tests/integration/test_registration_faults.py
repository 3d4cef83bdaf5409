"""The registers when answers are lost, transactions meet and DynamoDB is throttled."""

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from camara.errors import AlreadyExists, Unavailable
from registration.register import Ended, Reason
from registration.store import registration_store
from tests.support.builders import NOBODY, registration_id
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.races import conflicting, waiting
from tests.support.registers import (
    CHANGES,
    LATER,
    NUMBER_OWNER,
    both,
    create,
    device,
    every_change,
    register_of,
)
from tests.support.registration_api import device_id, get_by_device, post

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@every_change
@pytest.mark.parametrize("lost", [1, 2])
def test_a_write_whose_answer_was_lost_is_its_own_success(
    dynamo: FaultyDynamoDB, table: "DynamoDBClient", name: str, lost: int
) -> None:
    create(device())
    dynamo.lose_answers(lost, after=1)

    CHANGES[name]()

    assert dynamo.requests == 2 + lost
    for found in both(table):
        assert found.version == 2
        assert len(found.registrations) == {"create": 2, "refresh": 1, "delete": 0}[name]


@every_change
def test_a_write_whose_answers_are_all_lost_is_unavailable(
    dynamo: FaultyDynamoDB, table: "DynamoDBClient", name: str
) -> None:
    create(device())
    dynamo.lose_answers(3, after=1)

    with pytest.raises(Unavailable):
        CHANGES[name]()
    assert [found.version for found in both(table)] == [2, 2]


def test_a_client_finds_what_it_has_registered_though_it_was_not_told(
    dynamo: FaultyDynamoDB,
) -> None:
    dynamo.lose_answers(3, after=1)

    assert post(NOBODY).code == (503, "UNAVAILABLE")
    assert post(NOBODY).code == (409, "ALREADY_EXISTS")
    assert len(get_by_device(NOBODY, device_id()).body) == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_a_sweep_whose_answer_was_lost_has_ended_what_it_has(
    dynamo: FaultyDynamoDB, table: "DynamoDBClient", lost: int
) -> None:
    create(device())
    dynamo.lose_answers(lost, after=1)

    ended = registration_store().end_expired(NUMBER_OWNER, LATER)

    assert ended == (Ended(device(), Reason.EXPIRED, LATER, 2),)
    assert register_of(table, NUMBER_OWNER).version == 2


def test_a_lost_answer_never_makes_a_refusal_a_success(dynamo: FaultyDynamoDB) -> None:
    create(device())
    dynamo.lose_answers(1)

    with pytest.raises(AlreadyExists):
        create(device(registration_id=registration_id(NOBODY, 7)))


@every_change
def test_whoever_meets_another_tries_again_after_a_pause(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", name: str
) -> None:
    create(device())
    waits = waiting(monkeypatch)
    asked = conflicting(monkeypatch, 9)

    CHANGES[name]()

    assert [found.version for found in both(table)] == [2, 2]
    assert len(waits) == 9
    # DynamoDB takes a token that it knows, with another content, for a mistake.
    assert len({each["ClientRequestToken"] for _, each in asked}) == 10


@every_change
@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    create(device())
    asked = conflicting(monkeypatch, 1, reason)

    with pytest.raises(Unavailable):
        CHANGES[name]()
    assert len(asked) == 1


def test_a_sweep_that_meets_another_leaves_it_to_that(monkeypatch: pytest.MonkeyPatch) -> None:
    create(device())
    conflicting(monkeypatch, 1)

    assert registration_store().end_expired(NUMBER_OWNER, LATER) == ()


def leaving_out(
    monkeypatch: pytest.MonkeyPatch, times: float
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Have DynamoDB leave out the last key it is asked for; return what it was asked and left."""
    made: list[tuple[dict[str, Any], dict[str, Any]]] = []
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def half_served(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation != "BatchGetItem":
            return real(client, operation, arguments)
        [(table, wanted)] = arguments["RequestItems"].items()
        left: dict[str, Any] = {}
        if len(made) < times:
            left = {table: {**wanted, "Keys": wanted["Keys"][-1:]}}
            wanted = {**wanted, "Keys": wanted["Keys"][:-1]}
        made.append((arguments["RequestItems"], left))
        if not wanted["Keys"]:
            return {"Responses": {table: []}, "UnprocessedKeys": left}
        return real(client, operation, {"RequestItems": {table: wanted}}) | {
            "UnprocessedKeys": left
        }

    monkeypatch.setattr(BaseClient, "_make_api_call", half_served)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return made


@every_change
@pytest.mark.parametrize("times", [1, 9])
def test_what_dynamodb_leaves_out_is_asked_for_again_and_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", name: str, times: int
) -> None:
    create(device())
    made = leaving_out(monkeypatch, times)

    CHANGES[name]()

    assert [found.version for found in both(table)] == [2, 2]
    assert [asked for asked, _ in made[1:]] == [left for _, left in made[:-1]]
    assert len(made) == times + 1


WITHOUT_END: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "conflicts": lambda monkeypatch: conflicting(monkeypatch, inf),
    "what is left out": lambda monkeypatch: leaving_out(monkeypatch, inf),
}


@every_change
@pytest.mark.parametrize("fail", WITHOUT_END.values(), ids=WITHOUT_END)
def test_what_never_works_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
    table: "DynamoDBClient",
    name: str,
    fail: Callable[[pytest.MonkeyPatch], object],
) -> None:
    create(device())
    fail(monkeypatch)
    waiting(monkeypatch)

    with pytest.raises(Unavailable):
        CHANGES[name]()
    assert [found.version for found in both(table)] == [1, 1]
