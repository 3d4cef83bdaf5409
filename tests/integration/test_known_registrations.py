"""Whose a registration is, and for how long it can be operated on."""

from typing import Any

import pytest

from registration.store import registration_store
from tests.support.builders import BOB, NOBODY, UNKNOWN, a_context
from tests.support.on_moto import FakeClock
from tests.support.registers import NUMBER
from tests.support.registration_api import (
    OF_ONE,
    OF_THE_NUMBER,
    at,
    delete,
    device_id,
    get,
    get_by_device,
    put,
    registered,
)

OTHERS = {"another number": a_context(BOB)} | {
    name: a_context(NOBODY, **claims) for name, claims in OF_THE_NUMBER.items()
}
every_other = pytest.mark.parametrize("context", OTHERS.values(), ids=OTHERS.keys())


@every_other
@pytest.mark.parametrize("name", OF_ONE)
def test_the_registrations_of_others_look_as_if_they_did_not_exist(
    name: str, context: dict[str, Any]
) -> None:
    known = registered()
    before = registration_store().of_subscriber(NUMBER)

    found = OF_ONE[name](None, known, context=context)

    assert found.code == (404, "NOT_FOUND")
    assert found == OF_ONE[name](None, UNKNOWN, context=context)
    assert registration_store().of_subscriber(NUMBER) == before


@every_other
def test_a_device_of_others_looks_as_if_it_were_not_registered(context: dict[str, Any]) -> None:
    registered()

    assert get_by_device(None, device_id(), context=context).body == []
    assert get_by_device(None, device_id(), context=a_context(NOBODY)).body != []


@pytest.mark.parametrize("claims", OF_THE_NUMBER.values(), ids=OF_THE_NUMBER.keys())
def test_each_finds_and_ends_its_own_device_of_a_number(claims: dict[str, Any]) -> None:
    known, theirs = registered(), registered(device=2, **claims)
    context = a_context(NOBODY, **claims)

    assert (
        get(None, theirs, context=context).body
        == (get_by_device(None, device_id(2), context=context).body[0])
    )
    assert put(None, theirs, context=context).status == 200
    assert delete(None, theirs, context=context).status == 204
    assert get(NOBODY, known).status == 200


@pytest.mark.parametrize("name", OF_ONE)
def test_what_is_over_is_not_found(name: str, clock: FakeClock) -> None:
    expired, gone = registered(expiry=at(60)), registered(device=2)
    delete(NOBODY, gone)
    clock.now += 60

    for known in (expired, gone, UNKNOWN, "no-uuid", gone.upper()):
        assert OF_ONE[name](NOBODY, known).code == (404, "NOT_FOUND")
