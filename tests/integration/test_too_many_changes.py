"""A call may change thirty times at once, and once more for each second; ending it is no matter."""

from typing import TYPE_CHECKING, Any

import pytest

from call_handling.session_key import key
from tests.support.api import a_call, delete, put
from tests.support.builders import ALICE, BOB, a_location
from tests.support.clients import ANSWER, session
from tests.support.on_moto import FakeClock
from tests.support.table import TABLE, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TOO_MANY = (429, "TOO_MANY_REQUESTS")


def change(call: str) -> int:
    status = "Proceeding" if session(call).status == "Ringing" else "Ringing"
    return put(BOB, call, status).status


@pytest.fixture
def call(table: "DynamoDBClient") -> str:
    """It rings, and has changed thirty times since it was placed."""
    placed = a_call()
    table.update_item(
        TableName=TABLE,
        Key=key(placed),
        UpdateExpression="SET version = :version",
        ExpressionAttributeValues={":version": {"N": "31"}},
    )
    return placed


def test_thirty_changes_may_come_at_once() -> None:
    call = a_call("Initial")

    assert [change(call) for _ in range(32)] == [200] * 30 + [429] * 2
    assert session(call).version == 31


@pytest.mark.parametrize(
    ("party", "body"),
    [
        (BOB, "Proceeding"),
        (BOB, {"status": "Ringing", "answer": {"sdp": "early"}}),
        (BOB, {"status": "Ringing", "locationDetails": a_location()}),
        (ALICE, {"status": "Ringing", "offer": {"sdp": "offer 2"}}),
    ],
)
def test_one_more_is_refused_of_either_end(call: str, party: str, body: Any) -> None:
    with unchanged():
        assert put(party, call, body).code == TOO_MANY
    assert delete(party, call).status == 204


@pytest.mark.parametrize(
    ("party", "body"),
    [
        pytest.param(ALICE, "Ringing", id="nothing new"),
        pytest.param(BOB, "Ringing", id="nothing new of the other end"),
        # A phone of another user of the number could keep everybody from answering.
        pytest.param(BOB, ANSWER, id="an answer"),
        (ALICE, "SessionCancelled"),
        (BOB, "Declined"),
        (BOB, "Busy"),
    ],
)
def test_no_change_an_answer_and_an_end_are_never_refused(call: str, party: str, body: Any) -> None:
    assert put(party, call, body).status == 200
    if body is ANSWER:
        assert put(party, call, "Hold").code == TOO_MANY


@pytest.mark.parametrize("seconds", [1, 3])
def test_each_second_allows_for_one_more(clock: FakeClock, call: str, seconds: int) -> None:
    clock.now += seconds

    assert [change(call) for _ in range(seconds + 2)] == [200] * seconds + [429] * 2
