"""A registration is read, refreshed and deleted, and to others it does not exist."""

from typing import Any

import pytest

from registration.store import registration_store
from tests.support.api import Raw
from tests.support.builders import BOB, NOBODY, NOW, UNKNOWN, a_context
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
    post,
    put,
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
        {"deviceId": ["device-1"]},
        {"deviceId": [device_id(), device_id(2)]},
    ],
)
def test_the_device_is_named_once(query: dict[str, list[str]] | None) -> None:
    registered()

    assert get_by_device(NOBODY, query=query).code == (400, "INVALID_ARGUMENT")


def test_other_parameters_are_ignored() -> None:
    query = {"deviceId": [device_id()], "page": ["1", "2"]}

    assert get_by_device(NOBODY, query=query).status == 200


@pytest.mark.parametrize("body", [None, {}, {"future": 1}, Raw("", content_type="text/plain")])
def test_a_refresh_counts_from_its_receipt(body: Any, clock: FakeClock) -> None:
    known = registered()
    clock.now += 600

    answer = put(NOBODY, known, body)

    assert answer.status == 200
    assert answer.body["expiresAt"] == "2027-01-15T09:10:00Z"
    assert answer.body == get(NOBODY, known).body
    assert answer.body["regInfo"] == {"phoneNumber": NOBODY, "regStatus": "Registered"}


@pytest.mark.parametrize("lasts", [700, 7200])
def test_a_refresh_shortens_or_prolongs_and_leaves_the_rest(lasts: int, clock: FakeClock) -> None:
    known = registered()
    [before] = registration_store().of_subscriber(NUMBER).active(NOW)
    clock.now += 600

    put(NOBODY, known, {"registrationExpireTime": at(lasts)})

    assert registration_store().of_subscriber(NUMBER).active(NOW) == [before.until(NOW + lasts)]
    assert before.made_at == NOW


def test_a_deleted_registration_is_gone() -> None:
    known = registered()

    answer = delete(NOBODY, known)

    assert (answer.status, answer.body) == (204, None)
    assert delete(NOBODY, known).code == (404, "NOT_FOUND")


def test_a_delete_has_no_body() -> None:
    known = registered()

    assert delete(NOBODY, known, body={}).code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).status == 200


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
