"""The registers in DynamoDB: what a write takes and leaves behind."""

from typing import TYPE_CHECKING, Any

import pytest

from camara.errors import InvalidTokenContext, NotFound
from registration.item import user_owner
from registration.register import Reason
from registration.store import registration_store
from tests.support.builders import NOBODY, NOW, registration_id
from tests.support.registers import (
    CHANGES,
    LATER,
    NUMBER,
    NUMBER_OWNER,
    USER_OWNER,
    both,
    create,
    device,
    every_change,
    register_of,
    stored,
)
from tests.support.table import REGISTRATIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_what_is_created_is_in_both_registers(table: "DynamoDBClient") -> None:
    create(device())
    create(device(2, expires_at=LATER - 50))

    of_number, of_user = both(table)
    known = [device(), device(2, expires_at=LATER - 50)]
    assert registration_store().of_number(NUMBER) == of_number
    assert list(of_number.registrations.values()) == known
    assert list(of_user.registrations.values()) == known
    item = stored(table, NUMBER_OWNER)
    assert item["version"] == {"N": "2"}
    assert item["staleAt"] == {"N": str(LATER - 50)}
    assert item["endedSome"] == {"BOOL": False}
    assert item["writeId"] == stored(table, USER_OWNER)["writeId"]


def test_a_refresh_moves_the_expiry_in_both_registers(table: "DynamoDBClient") -> None:
    create(device())
    registration_store().refresh(NUMBER, device().registration_id, LATER + 50, NOW)

    for found in both(table):
        assert list(found.registrations.values()) == [device(expires_at=LATER + 50)]
        assert found.version == 2
    item = stored(table, NUMBER_OWNER)
    assert item["staleAt"] == {"N": str(LATER + 50)}
    assert item["endedSome"] == {"BOOL": False}


def test_a_delete_says_what_it_has_ended(table: "DynamoDBClient") -> None:
    create(device())
    registration_store().delete(NUMBER, device().registration_id, NOW)

    of_number, of_user = both(table)
    assert of_number.registrations == of_user.registrations == {}
    assert of_number.ended == ((device(), Reason.DELETED),)
    item = stored(table, NUMBER_OWNER)
    assert item["endedSome"] == {"BOOL": True}
    assert not {"staleAt", "staleShard"} & item.keys()

    create(device(2))
    assert stored(table, NUMBER_OWNER)["endedSome"] == {"BOOL": False}


def test_what_has_expired_goes_with_the_next_write_and_does_not_stand_in_the_way(
    table: "DynamoDBClient",
) -> None:
    create(device())
    anew = device(registration_id=registration_id(NOBODY, 7), expires_at=LATER + 100)

    create(anew, now=LATER)

    of_number, of_user = both(table)
    assert list(of_number.registrations.values()) == [anew]
    assert list(of_user.registrations.values()) == [anew]
    assert of_number.ended == ((device(), Reason.EXPIRED),)
    assert stored(table, NUMBER_OWNER)["endedSome"] == {"BOOL": True}


@pytest.mark.parametrize("now", [NOW, LATER])
def test_only_what_is_active_is_refreshed_or_deleted(table: "DynamoDBClient", now: int) -> None:
    create(device())
    other = device(2).registration_id if now == NOW else device().registration_id
    before = both(table)

    with pytest.raises(NotFound):
        registration_store().refresh(NUMBER, other, LATER + 50, now)
    with pytest.raises(NotFound):
        registration_store().delete(NUMBER, other, now)
    assert both(table) == before


def test_a_refresh_and_a_delete_find_the_user_that_registered(table: "DynamoDBClient") -> None:
    create(device(user="user-2"))
    registration_store().delete(NUMBER, device().registration_id, NOW)

    assert register_of(table, user_owner("user-2")).registrations == {}
    assert register_of(table, user_owner("user-2")).version == 2


def test_a_sweep_ends_what_has_expired_and_no_more(table: "DynamoDBClient") -> None:
    create(device())
    create(device(2, expires_at=LATER + 1))
    owner = NUMBER_OWNER

    assert registration_store().end_expired(owner, LATER - 1) == ()
    assert register_of(table, owner).version == 2
    assert registration_store().end_expired(owner, LATER) == ((device(), Reason.EXPIRED),)
    assert registration_store().end_expired(owner, LATER) == ()
    swept = register_of(table, owner)
    assert list(swept.registrations.values()) == [device(2, expires_at=LATER + 1)]
    assert swept.ended == ((device(), Reason.EXPIRED),)
    assert stored(table, owner)["staleAt"] == {"N": str(LATER + 1)}


def test_a_sweep_leaves_alone_what_has_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient"
) -> None:
    create(device())
    store = registration_store()
    stale = store.of_number(NUMBER)
    create(device(2, expires_at=LATER + 100), now=LATER)
    before = both(table)
    monkeypatch.setattr(store, "_read", lambda _: stale)

    assert store.end_expired(NUMBER_OWNER, LATER) == ()
    assert both(table) == before


@pytest.mark.parametrize("gone", [{NUMBER_OWNER}, {USER_OWNER}, {NUMBER_OWNER, USER_OWNER}])
def test_it_does_not_matter_which_registers_time_to_live_has_removed(
    table: "DynamoDBClient", gone: set[str]
) -> None:
    create(device())
    for owner in gone:
        table.delete_item(TableName=REGISTRATIONS, Key={"owner": {"S": owner}})
    anew = device(registration_id=registration_id(NOBODY, 7), expires_at=LATER + 100)

    create(anew, now=LATER)

    for owner in (NUMBER_OWNER, USER_OWNER):
        found = register_of(table, owner)
        assert list(found.registrations.values()) == [anew]
        assert found.version == (1 if owner in gone else 2)


def test_a_refresh_repairs_a_users_register_that_is_gone(table: "DynamoDBClient") -> None:
    create(device())
    table.delete_item(TableName=REGISTRATIONS, Key={"owner": {"S": USER_OWNER}})

    registration_store().refresh(NUMBER, device().registration_id, LATER + 50, NOW)

    assert [found.active(NOW) for found in both(table)] == [[device(expires_at=LATER + 50)]] * 2


def test_reads_see_every_write_before_them(
    requests: list[tuple[str, dict[str, Any]]],
) -> None:
    create(device())
    registration_store().of_number(NUMBER)

    [both_at_once, _, one] = [arguments for _, arguments in requests]
    assert both_at_once["RequestItems"][REGISTRATIONS]["ConsistentRead"]
    assert one["ConsistentRead"]


@every_change
def test_a_change_takes_a_read_and_a_write(
    requests: list[tuple[str, dict[str, Any]]], name: str
) -> None:
    create(device())
    requests.clear()

    CHANGES[name]()

    assert [name for name, _ in requests] == ["BatchGetItem", "TransactWriteItems"]


def holds(table: "DynamoDBClient", condition: dict[str, Any]) -> bool:
    try:
        table.transact_write_items(TransactItems=[condition])  # type: ignore[list-item]
    except table.exceptions.TransactionCanceledException:
        return False
    return True


def test_a_transaction_may_require_an_active_registration(table: "DynamoDBClient") -> None:
    create(device())
    store = registration_store()
    known = device().registration_id

    assert holds(table, store.require_active(NUMBER, known, LATER - 1))
    assert not holds(table, store.require_active(NUMBER, known, LATER))
    assert not holds(table, store.require_active(NUMBER, registration_id(NOBODY, 2), NOW))
    assert not holds(table, store.require_active("another", known, NOW))
    store.delete(NUMBER, known, NOW)
    assert not holds(table, store.require_active(NUMBER, known, NOW))


@pytest.mark.parametrize("text", ["", "registration-1", "a.expiresAt", "#registration"])
def test_what_cannot_be_a_registration_is_not_asked_for(text: str) -> None:
    with pytest.raises(InvalidTokenContext):
        registration_store().require_active(NUMBER, text, NOW)
