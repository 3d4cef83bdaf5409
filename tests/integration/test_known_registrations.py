"""Whose a registration is, and for how long it can be operated on."""

import pytest

from tests.integration.conftest import FakeClock
from tests.support.builders import BOB, NOBODY, UNKNOWN
from tests.support.registration_api import (
    OF_ONE,
    at,
    delete,
    device_id,
    get,
    get_by_device,
    post,
    registered,
)


def test_the_registrations_of_others_look_as_if_they_did_not_exist() -> None:
    made = post(NOBODY)
    known = made.body["registrationId"]

    for operate in OF_ONE.values():
        assert operate(BOB, known) == operate(BOB, UNKNOWN)
        assert operate(BOB, known).code == (404, "NOT_FOUND")
    assert get_by_device(BOB, device_id()).body == []
    assert get(NOBODY, known).body == made.body


@pytest.mark.parametrize("name", OF_ONE)
def test_what_is_over_is_not_found(name: str, time_stands_still: FakeClock) -> None:
    expired, gone = registered(expiry=at(60)), registered(device=2)
    delete(NOBODY, gone)
    time_stands_still.now += 60

    for known in (expired, gone, UNKNOWN, "no-uuid", gone.upper()):
        assert OF_ONE[name](NOBODY, known).code == (404, "NOT_FOUND")
