"""The store's requests one by one: what they ask DynamoDB, and what they make of its answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from call_handling.call import Call, Change, Invitation, Media
from call_handling.status import Status
from call_handling.store import session_store
from camara.errors import NotFound
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    BOB_ACTS,
    BOB_KEY,
    NOW,
    a_location,
    legs,
    registration_id,
)
from tests.support.clients import names
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.messaging import Requests
from tests.support.table import TABLE, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INVITATION = Invitation("tel:+12025550101", "tel:+12025550102")
MEDIA = Media("offer-1", None, {ALICE_ACTS.key: a_location()})
ID = "call-1"


def create(media_session_id: str = ID) -> Call:
    return session_store().create(
        ALICE_ACTS,
        registration_id(ALICE),
        BOB_KEY,
        INVITATION,
        MEDIA,
        media_session_id=media_session_id,
        now=NOW,
    )


def change(status: Status, now: int = NOW, **media: Any) -> tuple[Call, Call]:
    return session_store().change(ID, BOB_ACTS, Change(status, **media), now)


def test_what_is_created_is_what_is_read() -> None:
    created = create()

    assert session_store().read(ID) == created
    assert created.session.legs == legs()
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


def test_a_call_is_read_alone() -> None:
    create("call-2")
    create()

    assert session_store().read(ID).session.media_session_id == ID
    assert len(items()) == 6


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


@pytest.mark.parametrize("lost", [1, 2])
def test_a_call_that_was_created_though_the_answer_was_lost_is_created(
    dynamo: FaultyDynamoDB, lost: int
) -> None:
    dynamo.lose_answers(lost)

    assert create() == session_store().read(ID)


def test_a_transaction_carries_a_token_of_its_own(requests: Requests) -> None:
    """DynamoDB answers a repeated request by its token, for ten minutes, without writing."""
    create()
    change(Status.PROCEEDING, answer="answer-1")

    tokens = [asked["ClientRequestToken"] for name, asked in requests if "Transact" in name]
    assert len(set(tokens)) == len(tokens) == 2


def test_a_change_that_changes_nothing_is_the_call_as_it_was(requests: Requests) -> None:
    create()
    _, once = change(Status.PROCEEDING, answer="answer-1")
    requests.clear()
    before, after = change(Status.PROCEEDING, answer="answer-1")

    assert before == once
    assert after is before
    assert names(requests) == ["Query"]
