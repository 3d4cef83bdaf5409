"""However a call goes, its item stays within one write unit: an end must cost no more than one.

Measured by AWS's rules ("DynamoDB item sizes and formats"), with as many clients as a number may
have registrations, and the longest of everything else.
"""

from dataclasses import replace
from typing import Any

import pytest

from call_handling.item import session_item
from call_handling.party import NETWORK, Actor
from call_handling.session import Ending, Session
from call_handling.status import ANSWERED, UNANSWERED, Status
from camara.identity import client_key
from tests.performance.write_units import BYTES_PER_UNIT, item_bytes
from tests.support.builders import BOB, BOB_ACTS, LIMITS, a_session, registration_id

DEVICES = [registration_id(BOB, number) for number in range(LIMITS.per_number)]
CLIENTS = [client_key(f"client {number} of Bob") for number in range(LIMITS.per_number)]
OF_ANY = range(1, LIMITS.per_number + 1)
LATE = Actor(BOB_ACTS.party, BOB_ACTS.client, late=True)
A_TIME = 1_999_999_999


def longest(status: Status, clients: int, devices: int) -> Session:
    """A session of a receiver with so many clients, answered on one of so many devices."""
    return replace(
        a_session(status),
        media_session_id="f" * 40,
        write_id="f" * 32,
        version=999_999,
        receiver_clients=frozenset(CLIENTS[:clients]),
        answered_on=frozenset(DEVICES[:devices]),
        created_at=A_TIME,
        stale_at=A_TIME,
        expires_at=A_TIME,
    )


def ended(session: Session, by: str, note: dict[str, Any]) -> dict[str, Any]:
    """Return the item after the write that ends a session (``ending.py``)."""
    over = replace(session, status=Status.SESSION_CANCELLED, ended=Ending(by, A_TIME))
    return session_item(over) | note


def test_five_clients_are_the_most_that_a_number_has() -> None:
    assert (LIMITS.per_number, len(set(CLIENTS)), BYTES_PER_UNIT) == (5, 5, 1024)


@pytest.mark.parametrize("status", sorted(UNANSWERED))
def test_a_call_that_rings(status: Status) -> None:
    assert item_bytes(session_item(longest(status, 5, 0))) <= BYTES_PER_UNIT


@pytest.mark.parametrize("clients", OF_ANY)
@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_an_answered_call(status: Status, clients: int) -> None:
    """The client that answers has all the devices that no other has."""
    session = longest(status, clients, LIMITS.per_number + 1 - clients)

    assert item_bytes(session_item(session)) <= BYTES_PER_UNIT


@pytest.mark.parametrize("devices", [0, *OF_ANY])
@pytest.mark.parametrize(
    ("by", "note"),
    [
        (BOB_ACTS.key, "deleteCorrelator"),
        (LATE.key, "deleteCorrelator"),
        (NETWORK, "endReason"),
    ],
)
def test_a_call_that_is_over(by: str, note: str, devices: int) -> None:
    item = ended(longest(Status.HOLD, 5, devices), by, {note: {"S": "x" * 256}})

    assert item_bytes(item) <= BYTES_PER_UNIT
