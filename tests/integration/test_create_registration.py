"""createRegistration: a device is registered for the token's number, within the limits."""

from typing import Any

import pytest

from camara.identity import derive_client_key, derive_subscriber_key, derive_user_key
from registration.store import registration_store
from tests.support.api import UUID
from tests.support.builders import (
    ALICE,
    LIFETIMES,
    NOBODY,
    NOW,
    a_context,
    an_actor,
)
from tests.support.on_moto import FakeClock
from tests.support.registration_api import (
    OF_THE_NUMBER,
    a_registration_request,
    at,
    delete,
    device_id,
    get,
    get_by_device,
    post,
    put,
    registered,
)

SIP = "sip:carol@example.com"
USER: dict[str, Any] = {"sub": "one user of many numbers"}


def test_a_device_is_registered_for_the_tokens_number() -> None:
    answer = post(NOBODY)

    assert answer.status == 201
    assert UUID.fullmatch(answer.body["registrationId"])
    assert answer.body == {
        "regInfo": {"phoneNumber": NOBODY, "regStatus": "Registered"},
        "registrationId": answer.body["registrationId"],
        "expiresAt": "2027-01-15T09:00:00Z",
    }
    assert answer.headers["Location"] == f"sessions/{answer.body['registrationId']}"


def test_what_is_kept_of_it_are_keys() -> None:
    made = post(NOBODY, {"deviceId": device_id().upper()}, context=a_context(NOBODY, sub="user-7"))

    number = registration_store().of_subscriber(derive_subscriber_key(NOBODY))
    [known] = number.active(NOW)
    assert known.registration_id == made.body["registrationId"]
    assert known.device_id == device_id()
    assert known.actor == an_actor(NOBODY, sub="user-7").key
    assert known.client == derive_client_key("client-1")
    assert known.user == derive_user_key("user-7")
    assert (known.made_at, known.expires_at) == (NOW, NOW + LIFETIMES.default)


def test_a_token_without_a_user_registers_for_its_subscriber() -> None:
    post(NOBODY, context=a_context(NOBODY, sub=None))

    [known] = registration_store().of_subscriber(derive_subscriber_key(NOBODY)).active(NOW)
    assert known.user == derive_user_key(NOBODY)


def test_no_two_registrations_have_the_same_id() -> None:
    assert registered() != registered(device=2)


@pytest.mark.parametrize(
    ("expiry", "got"),
    [
        (None, 3600),
        (at(60.9), 60),
        (at(3600 + 7200, "+01:00"), 7200),
        ("9999-12-31T23:59:59-23:59", 24 * 3600),
    ],
)
def test_it_lasts_as_long_as_asked_but_no_longer_than_it_may(
    expiry: str | None, got: int, clock: FakeClock
) -> None:
    made = post(NOBODY, a_registration_request(expiry))
    refreshed = put(
        NOBODY, made.body["registrationId"], {"registrationExpireTime": expiry} if expiry else {}
    )

    for answer in (made, refreshed):
        assert answer.status in {200, 201}
        shown = answer.body["expiresAt"]
        assert shown == (at(got) if got < 24 * 3600 else "2027-01-16T08:00:00.000Z").replace(
            ".000", ""
        )
    clock.now += got - 1
    assert get(NOBODY, made.body["registrationId"]).status == 200
    clock.now += 1
    assert get(NOBODY, made.body["registrationId"]).code == (404, "NOT_FOUND")


WHOEVER = pytest.mark.parametrize("number", [NOBODY, ALICE], ids=["its own", "another"])


@WHOEVER
@pytest.mark.parametrize("subscriber", [NOBODY, SIP])
def test_a_number_beside_the_tokens_subscriber_is_unnecessary(subscriber: str, number: str) -> None:
    body = a_registration_request() | {"phoneNumber": number}

    assert post(subscriber, body).code == (422, "UNNECESSARY_IDENTIFIER")
    assert get_by_device(subscriber, device_id()).body == []


NO_SUBSCRIBER = pytest.mark.parametrize("client_id", ["client-1", None])


@NO_SUBSCRIBER
def test_a_number_is_missing_where_neither_token_nor_body_has_one(client_id: str | None) -> None:
    refused = post(context=a_context(None, client_id=client_id))

    assert refused.code == (422, "MISSING_IDENTIFIER")
    assert refused.body["message"].startswith("The phoneNumber must be provided")


@WHOEVER
@NO_SUBSCRIBER
def test_no_client_may_register_a_number_of_its_choice(number: str, client_id: str | None) -> None:
    body = a_registration_request() | {"phoneNumber": number}

    refused = post(body=body, context=a_context(None, client_id=client_id))

    assert refused.code == (403, "PERMISSION_DENIED")
    assert get_by_device(number, device_id()).body == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"deviceId": "device-1"}, (403, "PERMISSION_DENIED")),
        ({"registrationExpireTime": at(-1)}, (403, "PERMISSION_DENIED")),
        ({"phoneNumber": "+0"}, (400, "INVALID_ARGUMENT")),
        ({"phoneNumber": None}, (400, "INVALID_ARGUMENT")),
        ({"phoneNumber": [NOBODY]}, (400, "INVALID_ARGUMENT")),
    ],
    ids=str,
)
def test_a_number_is_denied_before_the_rest_is_looked_at(
    wrong: dict[str, Any], code: tuple[int, str]
) -> None:
    body = a_registration_request() | {"phoneNumber": NOBODY} | wrong

    assert post(body=body, context=a_context(None)).code == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"deviceId": "device-1"}, "INVALID_ARGUMENT"),
        ({"registrationExpireTime": at(0)}, "OUT_OF_RANGE"),
    ],
)
@pytest.mark.parametrize(("subscriber", "number"), [(NOBODY, {"phoneNumber": NOBODY}), (None, {})])
def test_a_bad_body_comes_before_a_missing_or_unnecessary_number(
    subscriber: str | None, number: dict[str, str], wrong: dict[str, str], code: str
) -> None:
    body = a_registration_request() | number | wrong

    assert post(body=body, context=a_context(subscriber)).code == (400, code)


@pytest.mark.parametrize(
    "claims", [{}, *OF_THE_NUMBER.values()], ids=["the same", *OF_THE_NUMBER.keys()]
)
def test_a_device_is_registered_for_a_number_once_whoever_asks(
    claims: dict[str, Any],
) -> None:
    known = registered()
    context = a_context(NOBODY, **claims)

    again = post(NOBODY, {"deviceId": device_id().upper()}, context=context)

    assert again.code == (409, "ALREADY_EXISTS")
    assert get_by_device(NOBODY, device_id()).body == [get(NOBODY, known).body]
    assert delete(NOBODY, known).status == 204
    assert post(NOBODY, context=context).status == 201


def test_a_device_may_be_registered_for_several_numbers() -> None:
    assert post(NOBODY).status == 201
    assert post(ALICE).status == 201
    for subscriber in (NOBODY, ALICE):
        [found] = get_by_device(subscriber, device_id()).body
        assert found["regInfo"]["phoneNumber"] == subscriber


def test_a_number_may_have_so_many_whoevers_they_are(clock: FakeClock) -> None:
    for device, claims in enumerate([{}, *OF_THE_NUMBER.values()]):
        registered(device=device, expiry=at(60), **claims)
    sixth = a_registration_request(device=6)

    for claims in ({}, {"sub": "one more", "client_id": "client-3"}):
        refused = post(NOBODY, sixth, context=a_context(NOBODY, **claims))
        assert refused.code == (403, "MAX_REGISTRATION_PER_MSISDN")
    clock.now += 60
    assert post(NOBODY, sixth).status == 201


def test_a_user_may_have_so_many_devices() -> None:
    numbers = [f"+1202555011{digit}" for digit in range(6)]
    made = [registered(number, device, **USER) for device, number in enumerate(numbers[:5])]
    last = a_context(numbers[5], **USER)
    sixth = a_registration_request(device=5)

    assert post(body=sixth, context=last).code == (403, "MAX_DEVICES_PER_USER")
    assert post(body=a_registration_request(device=4), context=last).status == 201
    assert post(body=sixth, context=a_context(numbers[5], sub="another user")).status == 201
    delete(None, made[0], context=a_context(numbers[0], **USER))
    assert registered(numbers[0], 5, **USER)


def test_a_user_may_have_so_many_registrations() -> None:
    numbers = [f"+120255501{digits}" for digits in range(11, 22)]
    for number in numbers[:10]:
        registered(number, **USER)

    refused = post(context=a_context(numbers[10], **USER))
    assert refused.code == (403, "MAX_REGISTRATION_PER_USER")
    assert registered(numbers[10], sub="another user")


def test_a_sip_subscriber_is_registered_and_no_number_is_shown() -> None:
    made = post(SIP)

    assert made.body["regInfo"] == {"regStatus": "Registered"}
    assert get(SIP, made.body["registrationId"]).body == made.body
    assert get_by_device(SIP, device_id()).body == [made.body]
