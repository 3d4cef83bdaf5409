"""The sweep of registrations: what nobody refreshes, ends."""

from typing import TYPE_CHECKING, Any

import pytest

from camara.identity import derive_subscriber_key
from registration.item import subscriber_owner
from registration.store import registration_store
from tests.support.builders import NOBODY, NOW, registration_id
from tests.support.devices import register
from tests.support.on_moto import FakeClock
from tests.support.registers import NOBODY_ACTS
from tests.support.sweep import end_expired_registrations as end_expired
from tests.support.table import REGISTRATIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOUR = 3600


def stored(table: "DynamoDBClient", subscriber: str) -> dict[str, Any]:
    key = {"owner": {"S": subscriber_owner(derive_subscriber_key(subscriber))}}
    item: dict[str, Any] = table.get_item(TableName=REGISTRATIONS, Key=key)["Item"]
    return item


def test_what_has_expired_is_taken_out_and_told(table: "DynamoDBClient", clock: FakeClock) -> None:
    register(NOBODY, 1, expires_at=NOW + HOUR)
    register(NOBODY, 2, expires_at=NOW + 2 * HOUR)
    clock.now += HOUR + 7

    assert end_expired() == {"found": 1, "ended": 1, "left": 0, "lagSeconds": 7}
    item = stored(table, NOBODY)
    assert item["registrations"]["M"].keys() == {registration_id(NOBODY, 2)}
    [ended] = item["ended"]["L"]
    assert ended["M"]["registrationId"] == {"S": registration_id(NOBODY, 1)}
    assert ended["M"]["reason"] == {"S": "expired"}
    assert ended["M"]["endedAt"] == {"N": str(NOW + HOUR)}
    assert item["endedSome"] == {"BOOL": True}
    assert item["staleAt"] == {"N": str(NOW + 2 * HOUR)}


def test_a_number_whose_last_registration_has_ended_leaves_the_index(
    table: "DynamoDBClient", clock: FakeClock
) -> None:
    register(NOBODY, expires_at=NOW + HOUR)
    clock.now += HOUR

    assert end_expired()["ended"] == 1
    assert not {"staleAt", "staleShard"} & stored(table, NOBODY).keys()
    assert end_expired()["found"] == 0


def test_what_is_refreshed_meanwhile_goes_on(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    register(NOBODY, expires_at=NOW + HOUR)
    number, store = derive_subscriber_key(NOBODY), registration_store()
    read = store._read  # noqa: SLF001

    def read_and_be_late(owner: str) -> Any:
        found = read(owner)
        monkeypatch.setattr(store, "_read", read)
        store.refresh(NOBODY_ACTS, registration_id(NOBODY), NOW + 3 * HOUR, NOW)
        return found

    monkeypatch.setattr(store, "_read", read_and_be_late)
    clock.now += HOUR

    assert end_expired()["ended"] == 0
    assert len(store.of_subscriber(number).active(clock.now)) == 1
