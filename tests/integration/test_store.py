"""The store's requests one by one: what they ask DynamoDB, and what they make of its answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from call_handling.call import Call, Invitation, Media
from call_handling.session import CallingDevice, Change
from call_handling.status import Role, Status
from call_handling.store import session_store
from camara.errors import NotFound, Unavailable
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB_ACTS,
    BOB_KEY,
    CLIENT_KEY,
    NOW,
    a_location,
    registration_id,
)
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.table import TABLE, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INVITATION = Invitation("tel:+12025550101", "tel:+12025550102")
MEDIA = Media("offer-1", None, {ALICE_KEY: a_location()})
ID = "call-1"


def create(media_session_id: str = ID) -> Call:
    device = CallingDevice(ALICE_KEY, CLIENT_KEY, registration_id(ALICE))
    return session_store().create(
        device, BOB_KEY, INVITATION, MEDIA, media_session_id=media_session_id, now=NOW
    )


def change(status: Status, now: int = NOW, **media: Any) -> tuple[Call, Call]:
    before, after, role = session_store().change(ID, BOB_ACTS, Change(status, **media), now)
    assert role is Role.RECEIVER
    return before, after


def test_what_is_created_is_what_is_read() -> None:
    created = create()

    assert session_store().read(ID) == created
    assert (created.session.originator, created.session.receiver) == (ALICE_KEY, BOB_KEY)
    assert (created.invitation, created.media) == (INVITATION, MEDIA)


def test_what_is_changed_is_what_is_read_and_each_write_has_its_name() -> None:
    created = create()
    before, after = change(Status.IN_PROGRESS, answer="answer-1")
    again = change(Status.CONNECTED, now=NOW + 5)[1]

    assert before == created
    assert session_store().read(ID) == again
    assert (after.session.status, after.media.answer) == ("InProgress", "answer-1")
    assert again.session.stale_at == NOW + 5 + 12 * 3600
    assert len({call.session.write_id for call in (before, after, again)}) == 3


def test_a_call_is_read_alone(table: "DynamoDBClient") -> None:
    create("call-2")
    create()

    assert session_store().read(ID).session.media_session_id == ID
    assert len(items(table)) == 6


def test_a_call_of_many_pages_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    created = create()
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def one_a_page(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return real(client, name, arguments | ({"Limit": 1} if name == "Query" else {}))

    monkeypatch.setattr(BaseClient, "_make_api_call", one_a_page)

    assert session_store().read(ID) == created


def test_what_is_only_partly_there_is_not_found(table: "DynamoDBClient") -> None:
    create()
    table.delete_item(TableName=TABLE, Key={"mediaSessionId": {"S": ID}, "part": {"S": "offer"}})

    with pytest.raises(NotFound):
        session_store().read(ID)


def test_an_id_that_is_taken_is_refused_whole(table: "DynamoDBClient") -> None:
    create()
    before = items(table)

    with pytest.raises(Unavailable):
        create()
    assert items(table) == before


@pytest.mark.parametrize("lost", [1, 2])
def test_a_call_that_was_created_though_the_answer_was_lost_is_created(
    dynamo: FaultyDynamoDB, lost: int
) -> None:
    dynamo.lose_answers(lost)

    assert create() == session_store().read(ID)


@pytest.mark.parametrize("media", [{}, {"answer": "answer-1"}], ids=["status", "with SDP"])
@pytest.mark.parametrize("lost", [1, 2])
def test_a_change_whose_answer_was_lost_is_its_own_success(
    dynamo: FaultyDynamoDB, media: dict[str, Any], lost: int
) -> None:
    create()
    dynamo.lose_answers(lost, after=1)

    before, after = change(Status.PROCEEDING, **media)

    assert (before.session.version, after.session.version) == (1, 2)
    assert session_store().read(ID) == after


def test_a_transaction_carries_a_token_of_its_own(
    requests: list[tuple[str, dict[str, Any]]],
) -> None:
    """DynamoDB answers a repeated request by its token, for ten minutes, without writing."""
    create()
    change(Status.PROCEEDING, answer="answer-1")

    tokens = [asked["ClientRequestToken"] for name, asked in requests if "Transact" in name]
    assert len(set(tokens)) == len(tokens) == 2


def test_a_change_that_always_comes_second_is_tried_five_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create()
    store = session_store()
    decided: list[int] = []

    def refused(before: Call, _after: Call) -> bool:
        decided.append(before.session.version)
        return False

    monkeypatch.setattr(store, "_replace", refused)

    with pytest.raises(Unavailable):
        change(Status.PROCEEDING)
    assert decided == [1] * 5
