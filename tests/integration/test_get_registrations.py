"""getRegistrationById and getRegistrationsByDeviceId."""

import pytest

from tests.support.builders import NOBODY
from tests.support.on_moto import FakeClock
from tests.support.registration_api import (
    at,
    delete,
    device_id,
    get,
    get_by_device,
    post,
    registered,
)


def test_a_device_finds_its_registration_again() -> None:
    made = post(NOBODY)
    registered(device=2)

    assert get_by_device(NOBODY, device_id()).body == [made.body]
    assert get_by_device(NOBODY, device_id().upper()).body == [made.body]
    assert get(NOBODY, made.body["registrationId"]).body == made.body


def test_a_device_that_is_not_registered_finds_nothing(clock: FakeClock) -> None:
    registered(expiry=at(60))
    gone = registered(device=2)
    delete(NOBODY, gone)
    clock.now += 60

    for device in (1, 2, 3):
        answer = get_by_device(NOBODY, device_id(device))
        assert (answer.status, answer.body) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        None,
        {"deviceID": [device_id()]},
        {"deviceId": [""]},
        {"deviceId": ["device-1"]},
        {"deviceId": [device_id(), device_id()]},
        {"deviceId": [device_id(), device_id(2)]},
    ],
)
def test_the_device_is_named_once(query: dict[str, list[str]] | None) -> None:
    registered()

    assert get_by_device(NOBODY, query=query).code == (400, "INVALID_ARGUMENT")


def test_other_parameters_are_ignored() -> None:
    query = {"deviceId": [device_id()], "page": ["1", "2"]}

    assert get_by_device(NOBODY, query=query).status == 200
