"""updateRegistrationById: a refresh moves the expiry and leaves the rest as it was."""

from typing import Any

import pytest

from registration.store import registration_store
from tests.support.api import Raw
from tests.support.builders import NOBODY, NOW
from tests.support.on_moto import FakeClock
from tests.support.registers import NUMBER
from tests.support.registration_api import at, get, put, registered


@pytest.mark.parametrize("body", [None, {}, {"future": 1}, Raw("", content_type="text/plain")])
def test_a_refresh_counts_from_its_receipt(body: Any, clock: FakeClock) -> None:
    known = registered()
    clock.now += 600

    answer = put(NOBODY, known, body)

    assert answer.status == 200
    assert answer.body["expiresAt"] == "2027-01-15T09:10:00Z"
    assert answer.body == get(NOBODY, known).body
    assert answer.body["regInfo"] == {"phoneNumber": NOBODY, "regStatus": "Registered"}


def test_a_refresh_may_also_shorten() -> None:
    known = registered()

    answer = put(NOBODY, known, {"registrationExpireTime": at(60)})

    assert answer.body["expiresAt"] == "2027-01-15T08:01:00Z"
    assert get(NOBODY, known).body == answer.body


@pytest.mark.parametrize(
    "body", [Raw("{"), Raw("[]"), Raw("null"), {"registrationExpireTime": None}]
)
def test_a_bad_refresh_changes_nothing(body: Any, clock: FakeClock) -> None:
    known = registered()
    clock.now += 600

    assert put(NOBODY, known, body).code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).body["expiresAt"] == "2027-01-15T09:00:00Z"


def test_a_refresh_leaves_the_rest_as_it_was(clock: FakeClock) -> None:
    known = registered()
    [before] = registration_store().of_subscriber(NUMBER).active(NOW)
    clock.now += 600

    put(NOBODY, known, {"registrationExpireTime": at(7200)})

    assert registration_store().of_subscriber(NUMBER).active(NOW) == [before.until(NOW + 7200)]
    assert before.made_at == NOW
