"""POST and the registers of devices: a call comes from a registered device of its originator."""

import uuid
from math import inf
from typing import Any

import pytest

from registration.item import subscriber_owner
from tests.support.api import post
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    BOB_KEY,
    EVE,
    NOBODY,
    NOW,
    a_call_request,
    a_context,
    registration_id,
)
from tests.support.clients import NO_PARTY as REFUSED
from tests.support.clients import OTHER, names
from tests.support.devices import deregister, register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import conflicting, just_before, waiting
from tests.support.table import REGISTRATIONS, items, unchanged


def from_device(registration: str, **request: Any) -> tuple[int, str | None]:
    return post(headers={"registrationId": registration}, **request).code


@pytest.mark.parametrize(
    "registration",
    [
        pytest.param(str(uuid.UUID(int=1)), id="unknown"),
        pytest.param(registration_id(BOB), id="of the receiver"),
        pytest.param(registration_id(EVE), id="of another number"),
        pytest.param(registration_id(ALICE).upper(), id="in upper case"),
        pytest.param("registration-1", id="no UUID"),
        pytest.param("x" * 256, id="long"),
        pytest.param("..", id="dots"),
    ],
)
def test_a_registration_that_is_not_the_originators_places_no_call(registration: str) -> None:
    assert from_device(registration) == REFUSED
    assert items() == []


@pytest.mark.parametrize(
    "registration", ["registration-1", "x" * 256, registration_id(ALICE) + "0"]
)
def test_what_cannot_be_a_registration_is_no_name_in_an_expression(
    requests: Requests, registration: str
) -> None:
    """DynamoDB takes names of 255 characters at most; a longer one would be our fault."""
    assert from_device(registration) == REFUSED
    assert "TransactWriteItems" not in names(requests)


def test_an_originator_without_any_device_places_no_call() -> None:
    request = a_call_request(originatorAddress=f"tel:{NOBODY}")

    assert post(NOBODY, request).code == REFUSED
    assert items() == []


def test_a_registration_that_was_deleted_places_no_call() -> None:
    deregister(ALICE)

    assert post().code == REFUSED
    assert items() == []


def test_a_registration_that_has_expired_places_no_call_though_it_is_still_stored(
    clock: FakeClock,
) -> None:
    device = register(ALICE, 2, expires_at=NOW + 60)

    clock.now += 59
    assert from_device(device) == (201, None)
    clock.now += 1

    with unchanged():
        assert from_device(device) == REFUSED


def test_any_device_of_the_originator_places_a_call() -> None:
    for device in (2, 3):
        assert from_device(register(ALICE, device)) == (201, None)


def test_in_disguise_the_device_must_be_registered_all_the_same() -> None:
    anonymous = a_call_request(originatorAddress="sip:anonymous@anonymous.invalid")

    assert from_device(registration_id(EVE), body=anonymous) == REFUSED
    assert from_device(registration_id(ALICE), body=anonymous) == (201, None)


def test_the_receiver_needs_no_device() -> None:
    assert post(body=a_call_request(receiverAddress=f"tel:{NOBODY}")).status == 201


@pytest.mark.parametrize(
    "whose", [{"client_id": OTHER}, {"sub": "second user"}, {"client_id": OTHER, "sub": "second"}]
)
def test_a_registration_of_another_client_or_user_of_the_number_places_no_call(
    whose: dict[str, str],
) -> None:
    second = register(ALICE, 2, **whose)

    assert from_device(second) == REFUSED
    assert from_device(registration_id(ALICE), context=a_context(**whose)) == REFUSED
    assert items() == []
    assert from_device(second, context=a_context(**whose)) == (201, None)


def test_a_device_that_goes_at_the_last_moment_places_no_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    just_before(monkeypatch, "TransactWriteItems", lambda: deregister(ALICE))

    assert post().code == REFUSED
    assert items() == []


def test_a_call_costs_one_read_and_one_transaction(requests: Requests) -> None:
    post()

    assert names(requests) == ["BatchGetItem", "TransactWriteItems"]
    read = requests[0][1]["RequestItems"][REGISTRATIONS]
    assert read["ConsistentRead"] is True
    assert [key["owner"]["S"] for key in read["Keys"]] == [
        subscriber_owner(key) for key in (ALICE_KEY, BOB_KEY)
    ]
    check, *puts = requests[1][1]["TransactItems"]
    assert check["ConditionCheck"]["TableName"] == REGISTRATIONS
    assert [list(put) for put in puts] == [["Put"], ["Put"]]


@pytest.mark.parametrize("times", [1, 4, 9])
def test_a_call_waits_for_a_change_of_the_register_under_way(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    asked = conflicting(monkeypatch, times)
    waits = waiting(monkeypatch)

    assert post().status == 201
    assert (len(asked), len(waits)) == (times + 1, times)
    assert len({item["mediaSessionId"]["S"] for item in items()}) == 1


def test_conflicts_without_end_are_unavailable_after_ten_attempts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = conflicting(monkeypatch, inf)
    waits = waiting(monkeypatch)

    assert post().code == (503, "UNAVAILABLE")
    assert (len(asked), len(waits)) == (10, 9)
    assert items() == []


def test_a_device_that_has_gone_while_the_call_waited_places_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = conflicting(monkeypatch, 1)
    waits = waiting(monkeypatch, lambda: deregister(ALICE))

    assert post().code == REFUSED
    assert len(waits) == 1
    assert [name for name, _ in asked] == ["TransactWriteItems"] * 3
    assert items() == []


def test_what_is_malformed_is_told_before_the_registers_are_asked(requests: Requests) -> None:
    unknown = str(uuid.UUID(int=1))

    assert from_device(unknown, body={}) == (400, "INVALID_ARGUMENT")
    assert from_device(unknown, context=a_context(None)) == (404, "IDENTIFIER_NOT_FOUND")
    assert requests == []
