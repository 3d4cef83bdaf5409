"""Nobody's registers in DynamoDB: of the number, and of the user whose devices it has."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from camara.identity import SubscriberKey, derive_subscriber_key
from registration.item import register_from, subscriber_owner, user_owner
from registration.register import Register, Registration
from registration.store import registration_store
from tests.support.builders import NOBODY, NOW, a_registration, an_actor
from tests.support.table import REGISTRATIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NUMBER = derive_subscriber_key(NOBODY)
NOBODY_ACTS = an_actor(NOBODY)
USER = a_registration(NOBODY).user
NUMBER_OWNER, USER_OWNER = subscriber_owner(NUMBER), user_owner(USER)
LATER = NOW + 100


def device(number: int = 1, **changes: Any) -> Registration:
    """One of Nobody's devices, registered until ``LATER``."""
    return a_registration(NOBODY, number, **{"expires_at": LATER} | changes)


def create(registration: Registration, number: SubscriberKey = NUMBER, now: int = NOW) -> None:
    """Register."""
    registration_store().create(number, registration, now)


def creates(registration: Registration, number: SubscriberKey = NUMBER) -> Callable[[], None]:
    """Return what registers, when it is called."""
    return lambda: create(registration, number)


def stored(table: "DynamoDBClient", owner: str) -> dict[str, Any]:
    """Return a register's item; empty if there is none."""
    found = table.get_item(TableName=REGISTRATIONS, Key={"owner": {"S": owner}})
    return dict(found.get("Item", {}))


def register_of(table: "DynamoDBClient", owner: str) -> Register:
    """Return a register."""
    return register_from(owner, stored(table, owner))


def both(table: "DynamoDBClient") -> tuple[Register, Register]:
    """Return the registers of the number and of the user."""
    return register_of(table, NUMBER_OWNER), register_of(table, USER_OWNER)


CHANGES: dict[str, Callable[[], None]] = {
    "create": creates(device(2)),
    "refresh": lambda: registration_store().refresh(
        NOBODY_ACTS, device().registration_id, LATER + 50, NOW
    ),
    "delete": lambda: registration_store().delete(NOBODY_ACTS, device().registration_id, NOW),
}
every_change = pytest.mark.parametrize("name", CHANGES)
