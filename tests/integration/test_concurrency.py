"""What happens between reading and writing: whoever comes second decides again, or is refused."""

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from call_handling.store import session_store
from tests.support.api import Answer, a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB
from tests.support.clients import ANSWER, NO_PARTY, OTHER, UNAVAILABLE, names
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.races import conflicting, waiting
from tests.support.table import items, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def between_read_and_write(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Let somebody act just after the next read."""
    store = session_store()
    read = store.read
    acts = [act]

    def interrupted(media_session_id: str) -> Any:
        found = read(media_session_id)
        if acts:
            acts.pop()()
        return found

    monkeypatch.setattr(store, "read", interrupted)


@pytest.mark.parametrize("change", [ANSWER, {"status": "Proceeding"}], ids=["with SDP", "status"])
def test_a_put_that_meets_an_end_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    call = a_call()
    after_the_end: list[Any] = []

    def hang_up() -> None:
        assert delete(ALICE, call).status == 204
        after_the_end.extend(items())

    between_read_and_write(monkeypatch, hang_up)

    assert put(BOB, call, change).code == (404, "NOT_FOUND")
    assert items() == after_the_end


def test_a_put_that_meets_another_decides_again(monkeypatch: pytest.MonkeyPatch) -> None:
    call = a_call("Connected")
    between_read_and_write(monkeypatch, lambda: put(ALICE, call, "Hold"))

    assert put(BOB, call, "Hold").status == 200
    assert get(ALICE, call).body["status"] == "Hold"

    between_read_and_write(monkeypatch, lambda: put(ALICE, call, "Resume"))
    assert put(BOB, call, "Resume").body["status"] == "Resume"


def test_a_put_that_always_comes_second_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    call = a_call("Connected")
    store = session_store()
    read = store.read
    waits = waiting(monkeypatch)

    def overtaken(media_session_id: str) -> Any:
        found = read(media_session_id)
        monkeypatch.setattr(store, "read", read)
        put(ALICE, call, {"status": "Connected", "offer": {"sdp": f"offer {len(waits)}"}})
        monkeypatch.setattr(store, "read", overtaken)
        return found

    monkeypatch.setattr(store, "read", overtaken)

    assert put(BOB, call, "Hold").code == UNAVAILABLE
    assert len(waits) == 9


def test_an_id_is_never_used_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    call = a_call()
    monkeypatch.setattr("secrets.token_hex", lambda _: call)
    waiting(monkeypatch)

    with unchanged():
        assert post().code == UNAVAILABLE


@pytest.mark.parametrize("times", [1, 4, 9])
def test_a_hang_up_waits_for_a_transaction_under_way(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    call = a_call()
    asked = conflicting(monkeypatch, times)
    waits = waiting(monkeypatch)

    assert delete(ALICE, call).status == 204
    assert (len(asked), len(waits)) == (times + 1, times)


@pytest.mark.parametrize("change", [ANSWER, {"status": "Proceeding"}], ids=["with SDP", "status"])
@pytest.mark.parametrize("times", [1, 9])
def test_a_put_waits_for_a_transaction_under_way(
    monkeypatch: pytest.MonkeyPatch, times: int, change: dict[str, Any]
) -> None:
    call = a_call()
    conflicting(monkeypatch, times)
    waits = waiting(monkeypatch)

    assert put(BOB, call, change).status == 200
    assert len(waits) == times


@pytest.mark.parametrize(
    "operate",
    [
        lambda call: delete(ALICE, call),
        lambda call: put(BOB, call, "Proceeding"),
        lambda call: put(BOB, call, ANSWER),
    ],
    ids=["DELETE", "PUT", "PUT with SDP"],
)
def test_conflicts_without_end_are_unavailable_after_ten_attempts(
    monkeypatch: pytest.MonkeyPatch, operate: Callable[[str], Answer]
) -> None:
    call = a_call()
    asked = conflicting(monkeypatch, inf)
    waits = waiting(monkeypatch)

    with unchanged():
        assert operate(call).code == UNAVAILABLE
        assert (len(asked), len(waits)) == (10, 9)


def test_an_answer_is_decided_on_the_devices_that_there_are_after_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(BOB, 2, client_id=OTHER)
    call = a_call()
    conflicting(monkeypatch, 1)
    waiting(monkeypatch, lambda: deregister(BOB))

    assert put(BOB, call, ANSWER).code == NO_PARTY
    assert get(ALICE, call).body["status"] == "Ringing"


def test_reads_see_every_write_before_them(requests: Requests) -> None:
    get(ALICE, a_call())

    reads = [arguments for name, arguments in requests if name == "Query"]
    assert reads
    assert all(arguments["ConsistentRead"] for arguments in reads)


def test_a_put_writes_only_what_changed(requests: Requests) -> None:
    call = a_call("Connected")
    requests.clear()
    put(BOB, call, "Hold")
    assert names(requests) == ["Query", "PutItem"]

    requests.clear()
    put(BOB, call, {"status": "Hold", "offer": {"sdp": "new"}})
    (name, arguments) = requests[-1]
    parts = [write["Put"]["Item"]["part"]["S"] for write in arguments["TransactItems"]]
    assert (name, parts) == ("TransactWriteItems", ["session", "offer"])
    assert arguments["ClientRequestToken"]


def test_the_error_of_a_conflict_is_dynamodbs(table: "DynamoDBClient") -> None:
    """The names that the store goes by are those of DynamoDB's API."""
    for name in (
        "ConditionalCheckFailedException",
        "TransactionConflictException",
        "TransactionCanceledException",
    ):
        assert issubclass(getattr(table.exceptions, name), ClientError)
