"""The registers in DynamoDB: what a write takes and leaves behind."""

from typing import TYPE_CHECKING, Any

import pytest

from camara.identity import SubscriberKey, UserKey
from registration.item import user_owner
from registration.register import Ended, Reason, Register
from registration.store import registration_store
from tests.support.builders import NOBODY, NOW, an_actor, registration_id
from tests.support.registers import (
    CHANGES,
    LATER,
    NOBODY_ACTS,
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

    of_subscriber, of_user = both(table)
    known = [device(), device(2, expires_at=LATER - 50)]
    assert registration_store().of_subscriber(NUMBER) == of_subscriber
    assert list(of_subscriber.registrations.values()) == known
    assert list(of_user.registrations.values()) == known
    item = stored(table, NUMBER_OWNER)
    assert item["version"] == {"N": "2"}
    assert item["staleAt"] == {"N": str(LATER - 50)}
    assert item["endedSome"] == {"BOOL": False}
    assert item["writeId"] == stored(table, USER_OWNER)["writeId"]


def test_a_refresh_moves_the_expiry_in_both_registers(table: "DynamoDBClient") -> None:
    create(device())
    registration_store().refresh(NOBODY_ACTS, device().registration_id, LATER + 50, NOW + 10)

    for found in both(table):
        assert list(found.registrations.values()) == [device(expires_at=LATER + 50)]
        assert found.version == 2
    item = stored(table, NUMBER_OWNER)
    assert item["staleAt"] == {"N": str(LATER + 50)}
    assert item["endedSome"] == {"BOOL": False}


def test_a_delete_says_what_it_has_ended(table: "DynamoDBClient") -> None:
    create(device())
    registration_store().delete(NOBODY_ACTS, device().registration_id, NOW)

    of_subscriber, of_user = both(table)
    ended = Ended(device(), Reason.DELETED, NOW, 2)
    assert of_subscriber.registrations == of_user.registrations == {}
    assert of_subscriber.just_ended == [ended]
    item = stored(table, NUMBER_OWNER)
    assert item["endedSome"] == {"BOOL": True}
    assert not {"staleAt", "staleShard"} & item.keys()

    create(device(2))
    assert stored(table, NUMBER_OWNER)["endedSome"] == {"BOOL": False}
    after = registration_store().of_subscriber(NUMBER)
    assert (after.just_ended, after.ended) == ([], (ended,))


def test_what_has_expired_goes_with_the_next_write_and_does_not_stand_in_the_way(
    table: "DynamoDBClient",
) -> None:
    create(device())
    anew = device(registration_id=registration_id(NOBODY, 7), expires_at=LATER + 100)

    create(anew, now=LATER)

    of_subscriber, of_user = both(table)
    assert list(of_subscriber.registrations.values()) == [anew]
    assert list(of_user.registrations.values()) == [anew]
    assert of_subscriber.ended == (Ended(device(), Reason.EXPIRED, LATER, 2),)
    assert stored(table, NUMBER_OWNER)["endedSome"] == {"BOOL": True}


def test_each_user_has_a_register(table: "DynamoDBClient") -> None:
    create(device())
    create(device(2, sub="another user"))
    another = an_actor(NOBODY, sub="another user")
    owner = user_owner(another.user or UserKey(""))

    registration_store().delete(another, device(2).registration_id, NOW)

    assert register_of(table, owner) == Register(owner, version=2)
    assert [list(found.registrations.values()) for found in both(table)] == [[device()]] * 2


def test_a_sweep_ends_what_has_expired_and_no_more(table: "DynamoDBClient") -> None:
    create(device())
    create(device(2, expires_at=LATER + 1))
    owner = NUMBER_OWNER

    assert registration_store().end_expired(owner, LATER - 1) == ()
    assert register_of(table, owner).version == 2
    expired = (Ended(device(), Reason.EXPIRED, LATER, 3),)
    assert registration_store().end_expired(owner, LATER) == expired
    assert registration_store().end_expired(owner, LATER) == ()
    swept = register_of(table, owner)
    assert list(swept.registrations.values()) == [device(2, expires_at=LATER + 1)]
    assert swept.ended == expired
    assert stored(table, owner)["staleAt"] == {"N": str(LATER + 1)}


def test_a_sweep_leaves_alone_what_has_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch, table: "DynamoDBClient"
) -> None:
    create(device())
    store = registration_store()
    stale = store.of_subscriber(NUMBER)
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

    registration_store().refresh(NOBODY_ACTS, device().registration_id, LATER + 50, NOW)

    assert [found.active(NOW) for found in both(table)] == [[device(expires_at=LATER + 50)]] * 2


def test_reads_see_every_write_before_them(requests: list[tuple[str, dict[str, Any]]]) -> None:
    create(device())
    registration_store().of_subscriber(NUMBER)

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


def test_a_transaction_may_require_that_one_of_some_registrations_is_active(
    table: "DynamoDBClient",
) -> None:
    create(device())
    create(device(2, expires_at=LATER + 50))
    store = registration_store()
    first, second, unknown = (device(number).registration_id for number in (1, 2, 3))

    assert holds(table, store.require_active(NUMBER, [first], LATER - 1))
    assert not holds(table, store.require_active(NUMBER, [first], LATER))
    assert holds(table, store.require_active(NUMBER, [unknown, second, first], LATER))
    assert not holds(table, store.require_active(NUMBER, [unknown], NOW))
    assert not holds(table, store.require_active(SubscriberKey("another"), [first, second], NOW))
    store.delete(NOBODY_ACTS, first, NOW)
    assert not holds(table, store.require_active(NUMBER, [first, unknown], NOW))


@pytest.mark.parametrize("odd", ["registration-1", "a.expiresAt", "#registration", ":now"])
def test_an_id_of_any_kind_may_be_asked_for(table: "DynamoDBClient", odd: str) -> None:
    assert not holds(table, registration_store().require_active(NUMBER, [odd], NOW))
