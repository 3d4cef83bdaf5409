"""The life of a registration over HTTP, and how many there may be."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.stack.race import Race
from tests.support.stack.subscriber import IN_OTHER_HANDS, REGISTRATIONS, Subscriber

CLIENTS = 6
UNKNOWN = (404, "NOT_FOUND")


@pytest.fixture
def anna(somebody: Callable[[], Subscriber]) -> Subscriber:
    """Has no device yet."""
    return somebody()


def test_from_the_post_to_the_end(anna: Subscriber) -> None:
    created = anna.register(anna.device_id())
    assert created.status == 201
    assert created.body["regInfo"] == {"phoneNumber": anna.number, "regStatus": "Registered"}
    registration_id = created.body["registrationId"]

    assert anna.registration(registration_id).body == created.body
    assert anna.registrations_of(anna.device_id()).body == [created.body]
    assert anna.register(anna.device_id()).code == (409, "ALREADY_EXISTS")
    assert anna.registration(registration_id).body == created.body

    assert anna.deregister(registration_id).status == 204
    for gone in (
        anna.registration(registration_id),
        anna.refresh(registration_id),
        anna.deregister(registration_id),
    ):
        assert gone.code == UNKNOWN
    assert anna.registrations_of(anna.device_id()).body == []
    assert anna.register(anna.device_id()).body["registrationId"] != registration_id


def test_each_number_is_a_user_if_the_token_request_does_not_say(
    somebody: Callable[[], Subscriber],
) -> None:
    """So a sixth device of somebody's is not one too many of a user."""
    people = [somebody() for _ in range(6)]

    for who in people:
        default = who.with_bearer(who.api.token(phone_number=who.number))
        assert default.register(who.device_id()).status == 201


def test_it_lasts_as_long_as_the_device_asks(anna: Subscriber) -> None:
    in_ten_minutes = _in(minutes=10)
    created = anna.register(anna.device_id(), registrationExpireTime=in_ten_minutes)
    assert created.body["expiresAt"] == in_ten_minutes

    in_two_hours = _in(hours=2)
    refreshed = anna.refresh(
        created.body["registrationId"], {"registrationExpireTime": in_two_hours}
    )
    assert refreshed.body == created.body | {"expiresAt": in_two_hours}
    assert anna.registrations_of(anna.device_id()).body == [refreshed.body]

    nothings: list[Any] = [None, {}]
    for nothing in nothings:
        counted_from_now = anna.refresh(created.body["registrationId"], nothing)
        assert counted_from_now.status == 200
        assert _in(minutes=50) < counted_from_now.body["expiresAt"] < _in(minutes=70)


def test_what_lasts_too_long_is_cut(anna: Subscriber) -> None:
    asked = "9999-12-31T23:59:59.999999-23:59"
    created = anna.register(anna.device_id(), registrationExpireTime=asked)

    assert created.status == 201
    assert _in(hours=23) < created.body["expiresAt"] < _in(hours=25)


def test_a_device_id_is_one_in_any_case(anna: Subscriber) -> None:
    registered = anna.register(anna.device_id().upper())

    assert registered.status == 201
    assert anna.register(anna.device_id()).code == (409, "ALREADY_EXISTS")
    for spelling in (anna.device_id(), anna.device_id().upper()):
        assert anna.registrations_of(spelling).body == [registered.body]


def test_what_is_anothers_is_not_found(anna: Subscriber, bob: Subscriber) -> None:
    registration_id = anna.register(anna.device_id()).body["registrationId"]

    for other in (bob, *(pass_on(anna) for pass_on in IN_OTHER_HANDS.values())):
        for refused in (
            other.registration(registration_id),
            other.refresh(registration_id),
            other.deregister(registration_id),
        ):
            assert refused.code == UNKNOWN
        assert other.registrations_of(anna.device_id()).body == []
    assert anna.registration(registration_id).status == 200


@pytest.mark.parametrize("pass_on", IN_OTHER_HANDS.values(), ids=IN_OTHER_HANDS)
def test_a_device_has_one_registration_for_a_number_whoevers_it_is(
    anna: Subscriber, pass_on: Callable[[Subscriber], Subscriber]
) -> None:
    phone = anna.with_device()

    assert pass_on(anna).register(phone.device_id()).code == (409, "ALREADY_EXISTS")
    assert phone.deregister().status == 204
    assert pass_on(anna).register(phone.device_id()).status == 201
    assert phone.registrations_of(phone.device_id()).body == []


@pytest.mark.parametrize(
    ("right", "method", "path"),
    [
        ("create", "POST", REGISTRATIONS),
        ("read", "GET", f"{REGISTRATIONS}?deviceId=7d444840-9dc0-41d1-b245-5ffdce74fad2"),
        ("read", "GET", f"{REGISTRATIONS}/unknown"),
        ("write", "PUT", f"{REGISTRATIONS}/unknown"),
        ("delete", "DELETE", f"{REGISTRATIONS}/unknown"),
    ],
)
def test_each_operation_needs_its_scope_and_a_number(
    anna: Subscriber, right: str, method: str, path: str
) -> None:
    body = {"deviceId": anna.device_id()} if method == "POST" else None
    scope = f"webrtc-registration:sessions:{right}"
    others = scope.replace("registration", "call-handling")

    def code(**claims: str | int | None) -> tuple[int, str | None]:
        return anna.with_token(**claims).send(method, path, body).code

    assert code(expires_in=-1) == (401, "UNAUTHENTICATED")
    assert code(scope=others) == (403, "PERMISSION_DENIED")
    of_nobody = (422, "MISSING_IDENTIFIER") if method == "POST" else (404, "IDENTIFIER_NOT_FOUND")
    assert code(scope=scope, phone_number=None) == of_nobody
    assert code(scope=scope) in {(201, None), (200, None), UNKNOWN}


def test_a_number_may_have_five_devices(anna: Subscriber) -> None:
    devices = [anna.device_id(str(number)) for number in range(6)]
    registered = [anna.register(device) for device in devices[:5]]
    assert [each.status for each in registered] == [201] * 5

    for who in (anna, anna.as_another_user()):
        assert who.register(devices[5]).code == (403, "MAX_REGISTRATION_PER_MSISDN")
    assert anna.deregister(registered[2].body["registrationId"]).status == 204
    assert anna.register(devices[5]).status == 201


def test_a_user_may_have_five_devices(somebody: Callable[[], Subscriber]) -> None:
    user = somebody().claims["sub"]
    one, other = (somebody().with_token(sub=user) for _ in range(2))
    devices = [one.device_id(str(number)) for number in range(6)]
    for device in devices[:5]:
        assert one.register(device).status == 201

    assert other.register(devices[5]).code == (403, "MAX_DEVICES_PER_USER")
    assert other.register(devices[0]).status == 201


def test_many_clients_race_for_one_registration(anna: Subscriber) -> None:
    clients = [anna.with_token(client_id=f"client-{number}") for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = Race(pool, CLIENTS).run(
            *(partial(client.register, anna.device_id()) for client in clients)
        )

    assert Counter(answer.code for answer in answers) == {
        (201, None): 1,
        (409, "ALREADY_EXISTS"): CLIENTS - 1,
    }
    for client, answer in zip(clients, answers, strict=True):
        own = [answer.body] if answer.status == 201 else []
        assert client.registrations_of(anna.device_id()).body == own


def test_many_devices_race_for_five_places(anna: Subscriber) -> None:
    users = [anna.with_token(sub=f"user {number} of {anna.number}") for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = Race(pool, CLIENTS).run(
            *(
                partial(user.register, anna.device_id(str(number)))
                for number, user in enumerate(users)
            )
        )

    assert Counter(answer.code for answer in answers) == {
        (201, None): 5,
        (403, "MAX_REGISTRATION_PER_MSISDN"): CLIENTS - 5,
    }


def test_a_refresh_and_an_end_at_the_same_moment_leave_one_of_them(anna: Subscriber) -> None:
    with ThreadPoolExecutor(2) as pool:
        race = Race(pool)
        for number in range(5):
            phone = replace(anna).with_device(str(number))
            refreshed, ended = race.run(
                partial(phone.refresh, phone.registration_id), phone.deregister
            )

            assert ended.status == 204
            assert refreshed.code in {(200, None), UNKNOWN}
            assert phone.registration(phone.registration_id).code == UNKNOWN


def _in(**later: float) -> str:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(**later)
    return moment.isoformat().replace("+00:00", "Z")
