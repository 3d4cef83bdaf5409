"""However a call goes, its item stays within one write unit: an end must cost no more than one.

Measured by AWS's rules ("DynamoDB item sizes and formats"), with as many devices as a number may
ever have, one client alone more than they have, and the longest of everything else.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aws.dynamodb import new_write_id
from call_handling.call_actor import NETWORK, entry_of
from call_handling.item import session_item
from call_handling.legs import DEVICES_REMEMBERED, Legs
from call_handling.negotiation import Negotiation
from call_handling.session import Session, SessionEnd
from call_handling.status import ANSWERED, UNANSWERED, Role, Status
from camara.actor import Actor
from camara.identity import derive_client_key
from registration.register import Ended, Reason, Registration
from tests.performance.write_units import BYTES_PER_UNIT, item_bytes
from tests.support.builders import BOB, BOB_ACTS, NOW, a_registration, a_session, an_answerer, legs
from tests.support.sessions import a_register, late
from tests.support.template import template

MOST_DEVICES = template()["Parameters"]["MaxRegistrationsPerNumber"]["MaxValue"]
A_TIME = 1_999_999_999
DUE = A_TIME - 1
"""With a deadline beside it."""

ONE_MORE_ALONE = derive_client_key("the client of a network")

EARLY = Negotiation(has_answer=True, early_by=an_answerer("x" * 11, "x" * 8))
OFFERED = Negotiation(offered_by=Role.ORIGINATOR, offered_at=A_TIME)

type Devices = list[Registration]


def of_many_clients() -> Devices:
    """Each has an actor of its own, and a client."""
    return [a_registration(BOB, number, client_id=f"{number}") for number in range(MOST_DEVICES)]


def of_many_users() -> Devices:
    """Each has an actor of its own."""
    return [a_registration(BOB, number, sub=f"user {number}") for number in range(MOST_DEVICES)]


def of_one_actor() -> Devices:
    return [a_registration(BOB, number) for number in range(MOST_DEVICES)]


every_kind = pytest.mark.parametrize("devices", [of_many_clients, of_many_users, of_one_actor])


def ringing(devices: Devices) -> Legs:
    return and_one_more(legs(*devices))


def and_one_more(known: Legs) -> Legs:
    return replace(known, clients=known.clients | {ONE_MORE_ALONE})


def answered(devices: Devices, *, named: bool, alone: bool = False) -> Legs:
    """Answered by the actor of the first, after it has rung on more devices than are remembered.

    Or by its client alone, which may have been any of its users.
    """
    gone = [a_registration(BOB, number, made_at=NOW) for number in range(100, 120)]
    ended = tuple(Ended(device, Reason.DELETED, NOW + 1, 2) for device in gone)
    register = replace(a_register(*devices), ended=ended)
    first, *_ = devices
    actor = replace(BOB_ACTS, client=first.client, user=first.user)
    if alone:
        actor = Actor(None, first.client)
    device = first.registration_id if named else None
    return and_one_more(ringing(devices).answered(actor, device, register, since=NOW, now=NOW))


def longest(status: Status, known: Legs, negotiation: Negotiation) -> Session:
    return replace(
        a_session(status),
        media_session_id="f" * 40,
        legs=known,
        write_id=new_write_id(),
        version=999_999,
        negotiation=negotiation,
        created_at=A_TIME,
        stale_at=A_TIME,
        expires_at=A_TIME,
    )


def ended(session: Session, by: str, note: str) -> dict[str, Any]:
    """Return the item after the write that ends a session (``ending.py``)."""
    over = replace(session, status=Status.SESSION_CANCELLED, ended=SessionEnd(by, A_TIME))
    return session_item(over) | {note: {"S": "x" * 256}}


ENDS: list[tuple[Callable[[], str], str]] = [
    (lambda: BOB_ACTS.key, "deleteCorrelator"),
    (lambda: entry_of(late(BOB_ACTS)), "deleteCorrelator"),
    (lambda: NETWORK, "endReason"),
]


def test_the_longest_are_as_long_as_they_say() -> None:
    assert (MOST_DEVICES, BYTES_PER_UNIT) == (7, 1024)
    assert (len(ringing(of_many_clients()).actors), len(ringing(of_many_clients()).clients)) == (
        7,
        8,
    )
    assert len(answered(of_one_actor(), named=False).holders) == 7
    assert len(answered(of_one_actor(), named=True).devices) == DEVICES_REMEMBERED


@every_kind
@pytest.mark.parametrize("status", sorted(UNANSWERED))
def test_a_call_that_rings(status: Status, devices: Callable[[], Devices]) -> None:
    session = longest(status, ringing(devices()), EARLY)

    assert item_bytes(session_item(session, DUE)) <= BYTES_PER_UNIT


@every_kind
@pytest.mark.parametrize("status", sorted(ANSWERED))
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("alone", [True, False])
def test_an_answered_call(
    status: Status, devices: Callable[[], Devices], *, named: bool, alone: bool
) -> None:
    session = longest(status, answered(devices(), named=named, alone=alone), OFFERED)

    assert item_bytes(session_item(session, DUE)) <= BYTES_PER_UNIT


@every_kind
@pytest.mark.parametrize(("by", "note"), ENDS)
def test_a_call_that_is_over(
    by: Callable[[], str], note: str, devices: Callable[[], Devices]
) -> None:
    for session in (
        longest(Status.RINGING, ringing(devices()), EARLY),
        longest(Status.HOLD, answered(devices(), named=True), OFFERED),
        longest(Status.HOLD, answered(devices(), named=False), OFFERED),
        longest(Status.HOLD, answered(devices(), named=False, alone=True), OFFERED),
    ):
        assert item_bytes(ended(session, by(), note)) <= BYTES_PER_UNIT
