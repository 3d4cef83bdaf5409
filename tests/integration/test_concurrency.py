"""What happens between reading and writing: whoever comes second decides again, or is refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from call_handling.store import session_store
from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB
from tests.support.table import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}


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
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient", change: dict[str, Any]
) -> None:
    call = a_call()
    after_the_end: list[Any] = []

    def hang_up() -> None:
        assert delete(ALICE, call).status == 204
        after_the_end.extend(items(table))

    between_read_and_write(monkeypatch, hang_up)

    assert put(BOB, call, change).code == (404, "NOT_FOUND")
    assert items(table) == after_the_end


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

    def overtaken(media_session_id: str) -> Any:
        found = read(media_session_id)
        monkeypatch.setattr(store, "read", read)
        put(ALICE, call, "Connected")
        monkeypatch.setattr(store, "read", overtaken)
        return found

    monkeypatch.setattr(store, "read", overtaken)

    assert put(BOB, call, "Hold").code == (503, "UNAVAILABLE")


def test_an_id_is_never_used_twice(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient"
) -> None:
    call = a_call()
    before = items(table)
    monkeypatch.setattr("secrets.token_hex", lambda _: call)

    assert post().code == (503, "UNAVAILABLE")
    assert items(table) == before


def conflicting(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let writes meet a transaction on the same item, so many times."""
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001
    left = times

    def meet(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        nonlocal left
        if name in {"UpdateItem", "PutItem"} and left:
            left -= 1
            error = {"Error": {"Code": "TransactionConflictException"}}
            raise client.exceptions.TransactionConflictException(error, name)
        return real(client, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", meet)


@pytest.mark.parametrize("times", [1, 4])
def test_a_hang_up_waits_for_a_transaction_under_way(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    call = a_call()
    conflicting(monkeypatch, times)

    assert delete(ALICE, call).status == 204


def test_a_put_waits_for_a_transaction_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    call = a_call()
    conflicting(monkeypatch, 2)

    assert put(BOB, call, "Proceeding").status == 200


def test_conflicts_without_end_are_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    call = a_call()
    conflicting(monkeypatch, 1000)

    assert delete(ALICE, call).code == (503, "UNAVAILABLE")
    assert put(BOB, call, "Proceeding").code == (503, "UNAVAILABLE")


def test_reads_see_every_write_before_them(requests: list[tuple[str, dict[str, Any]]]) -> None:
    get(ALICE, a_call())

    reads = [arguments for name, arguments in requests if name == "Query"]
    assert reads
    assert all(arguments["ConsistentRead"] for arguments in reads)


def test_a_put_writes_only_what_changed(requests: list[tuple[str, dict[str, Any]]]) -> None:
    call = a_call("Connected")
    requests.clear()
    put(BOB, call, "Hold")
    assert [name for name, _ in requests] == ["Query", "PutItem"]

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
