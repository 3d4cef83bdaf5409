"""The Registration API, sentence by sentence."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from camara.identity import client_key, subscriber_key, user_key
from registration import api
from registration.store import registration_store
from tests.integration.conftest import FakeClock
from tests.integration.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.api import Answer, Raw, invoke
from tests.support.builders import (
    ALICE,
    BOB,
    LIFETIMES,
    NOBODY,
    NOW,
    SCOPES,
    a_context,
    registration_id,
)
from tests.support.emf import metrics_in
from tests.support.lambda_context import a_lambda_context
from tests.support.privacy import personal_in
from tests.support.registration_api import (
    REGISTRATIONS,
    delete,
    device_id,
    get,
    get_by_device,
    post,
    put,
)

SIP = "sip:carol@example.com"
UNKNOWN = "0b9c2f4e-5a1d-4c3b-8e7f-6d5c4b3a2918"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
OPERATIONS: dict[str, Callable[..., Answer]] = {
    "create": post,
    "list": lambda subscriber, **more: get_by_device(subscriber, device_id(), **more),
    "read": lambda subscriber, **more: get(subscriber, UNKNOWN, **more),
    "write": lambda subscriber, **more: put(subscriber, UNKNOWN, **more),
    "delete": lambda subscriber, **more: delete(subscriber, UNKNOWN, **more),
}
OF_ONE: dict[str, Callable[..., Answer]] = {"read": get, "write": put, "delete": delete}
every_operation = pytest.mark.parametrize("name", OPERATIONS)
on_one = pytest.mark.parametrize("name", OF_ONE)


def at(seconds: float, zone: str = "Z") -> str:
    """A time so many seconds from now, on the day that ``NOW`` begins at eight o'clock."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"2027-01-15T{8 + int(hours):02}:{int(minutes):02}:{rest:0>6.3f}{zone}"


def a_request(expiry: Any = None, device: int = 1) -> dict[str, Any]:
    body = {"deviceId": device_id(device), "registrationExpireTime": expiry}
    return {name: value for name, value in body.items() if value is not None}


def registered(subscriber: str = NOBODY, device: int = 1, expiry: Any = None) -> str:
    answer = post(subscriber, a_request(expiry, device))
    assert answer.status == 201
    return str(answer.body["registrationId"])


# ---------------------------------------------------------------------- create


def test_a_device_is_registered_for_the_tokens_number() -> None:
    answer = post(NOBODY)

    assert answer.status == 201
    assert UUID.fullmatch(answer.body["registrationId"])
    assert answer.body == {
        "regInfo": {"phoneNumber": NOBODY, "regStatus": "Registered"},
        "registrationId": answer.body["registrationId"],
        "expiresAt": "2027-01-15T09:00:00Z",
    }
    location = f"/camara{REGISTRATIONS}/{answer.body['registrationId']}"
    assert answer.headers["Location"] == location


def test_what_is_kept_of_it_are_keys() -> None:
    made = post(NOBODY, {"deviceId": device_id().upper()}, context=a_context(NOBODY, sub="user-7"))

    number = registration_store().of_number(subscriber_key(NOBODY))
    [known] = number.active(NOW)
    assert known.registration_id == made.body["registrationId"]
    assert known.device_id == device_id()
    assert known.client == client_key("client-1")
    assert known.user == user_key("user-7")
    assert known.expires_at == NOW + LIFETIMES.default


def test_a_token_without_a_user_registers_for_its_subscriber() -> None:
    post(NOBODY, context=a_context(NOBODY, sub=None))

    [known] = registration_store().of_number(subscriber_key(NOBODY)).active(NOW)
    assert known.user == user_key(NOBODY)


def test_no_two_registrations_have_the_same_id() -> None:
    assert registered() != registered(device=2)


@pytest.mark.parametrize(
    ("expiry", "got"),
    [
        (None, 3600),
        (at(60), 60),
        (at(60.9), 60),
        (at(7200), 7200),
        (at(3600 + 7200, "+01:00"), 7200),
        ("2027-01-16T08:00:00Z", 24 * 3600),
        ("2027-01-16T08:00:00.5Z", 24 * 3600),
        ("2027-01-16T08:00:01Z", 24 * 3600),
        ("9999-12-31T23:59:59Z", 24 * 3600),
        ("9999-12-31T23:59:59-23:59", 24 * 3600),
    ],
)
def test_it_lasts_as_long_as_asked_but_no_longer_than_it_may(
    expiry: str | None, got: int, time_stands_still: FakeClock
) -> None:
    made = post(NOBODY, a_request(expiry))
    refreshed = put(
        NOBODY, made.body["registrationId"], {"registrationExpireTime": expiry} if expiry else {}
    )

    for answer in (made, refreshed):
        assert answer.status in {200, 201}
        shown = answer.body["expiresAt"]
        assert shown == (at(got) if got < 24 * 3600 else "2027-01-16T08:00:00.000Z").replace(
            ".000", ""
        )
    time_stands_still.now += got - 1
    assert get(NOBODY, made.body["registrationId"]).status == 200
    time_stands_still.now += 1
    assert get(NOBODY, made.body["registrationId"]).code == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "expiry",
    [at(59.999), at(0), "2027-01-15T07:59:59Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
)
def test_what_is_past_or_too_near_is_out_of_range(expiry: str) -> None:
    known = registered()

    assert post(NOBODY, a_request(expiry, device=2)).code == (400, "OUT_OF_RANGE")
    assert put(NOBODY, known, {"registrationExpireTime": expiry}).code == (400, "OUT_OF_RANGE")
    assert get_by_device(NOBODY, device_id(2)).body == []
    assert get(NOBODY, known).body["expiresAt"] == "2027-01-15T09:00:00Z"


@pytest.mark.parametrize(
    "expiry", ["2027-01-15T09:00:00", "2027-02-30T09:00:00Z", "2027-01-15T25:00:00Z", "", 7, []]
)
def test_what_is_no_time_is_invalid(expiry: Any) -> None:
    known = registered()

    assert post(NOBODY, a_request(expiry, device=2)).code == (400, "INVALID_ARGUMENT")
    assert put(NOBODY, known, {"registrationExpireTime": expiry}).code == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deviceId": "device-1"},
        {"deviceId": None},
        a_request() | {"phoneNumber": NOBODY},
        a_request() | {"regInfo": {"phoneNumber": NOBODY}},
        a_request() | {"registrationExpireTime": None},
        Raw(None),
        Raw(""),
        Raw("{"),
        Raw("[]"),
        Raw(f'{{"deviceId": "{device_id()}", "deviceId": "{device_id()}"}}'),
    ],
    ids=str,
)
def test_a_bad_body_registers_nothing(body: Any) -> None:
    assert post(NOBODY, body).code == (400, "INVALID_ARGUMENT")
    assert registration_store().of_number(subscriber_key(NOBODY)).version == 0


def test_unknown_properties_are_ignored() -> None:
    assert post(NOBODY, a_request() | {"future": None, "registrationId": UNKNOWN}).status == 201


def test_a_body_of_another_type_is_not_supported() -> None:
    body = Raw(json.dumps(a_request()), content_type="text/plain")

    assert post(NOBODY, body).code == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert put(NOBODY, UNKNOWN, body).code == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_device_is_registered_for_a_number_once(spelling: Callable[[str], str]) -> None:
    known = registered()
    another = a_context(NOBODY, client_id="client-2", sub="user-2")

    again = post(NOBODY, {"deviceId": spelling(device_id())}, context=another)

    assert again.code == (409, "ALREADY_EXISTS")
    assert get_by_device(NOBODY, device_id()).body == [get(NOBODY, known).body]
    assert delete(NOBODY, known).status == 204
    assert post(NOBODY).status == 201


def test_what_has_expired_does_not_stand_in_the_way(time_stands_still: FakeClock) -> None:
    known = registered(expiry=at(60))
    time_stands_still.now += 60

    assert post(NOBODY).body["registrationId"] != known


def test_a_device_may_be_registered_for_several_numbers() -> None:
    assert post(NOBODY).status == 201
    assert post(ALICE).status == 201
    for subscriber in (NOBODY, ALICE):
        [found] = get_by_device(subscriber, device_id()).body
        assert found["regInfo"]["phoneNumber"] == subscriber


def test_a_number_may_have_so_many(time_stands_still: FakeClock) -> None:
    for device in range(5):
        context = a_context(NOBODY, sub=f"user-{device}")
        assert post(NOBODY, a_request(at(60), device), context=context).status == 201
    sixth = a_context(NOBODY, sub="user-6")

    assert post(NOBODY, a_request(device=6), context=sixth).code == (
        403,
        "MAX_REGISTRATION_PER_MSISDN",
    )
    time_stands_still.now += 60
    assert post(NOBODY, a_request(device=6), context=sixth).status == 201


def test_a_user_may_have_so_many_devices() -> None:
    numbers = [f"+1202555011{digit}" for digit in range(6)]
    made = [registered(number, device) for device, number in enumerate(numbers[:5])]

    assert post(numbers[5], a_request(device=5)).code == (403, "MAX_DEVICES_PER_USER")
    assert post(numbers[5], a_request(device=4)).status == 201
    assert (
        post(numbers[5], a_request(device=5), context=a_context(numbers[5], sub="x")).status == 201
    )
    delete(numbers[0], made[0])
    assert post(numbers[0], a_request(device=5)).status == 201


def test_a_user_may_have_so_many_registrations() -> None:
    numbers = [f"+120255501{digits}" for digits in range(11, 22)]
    for number in numbers[:10]:
        registered(number)

    assert post(numbers[10]).code == (403, "MAX_REGISTRATION_PER_USER")
    assert post(numbers[10], context=a_context(numbers[10], sub="another")).status == 201


def test_a_sip_subscriber_is_registered_and_no_number_is_shown() -> None:
    made = post(SIP)

    assert made.body["regInfo"] == {"regStatus": "Registered"}
    assert get(SIP, made.body["registrationId"]).body == made.body
    assert get_by_device(SIP, device_id()).body == [made.body]


def test_the_location_has_the_path_that_the_client_sees() -> None:
    event = {
        "httpMethod": "POST",
        "resource": REGISTRATIONS,
        "path": REGISTRATIONS,
        "requestContext": {"authorizer": a_context(NOBODY), "path": f"/voice{REGISTRATIONS}/"},
        "body": json.dumps(a_request()),
    }

    answer = api.handler(event, a_lambda_context())

    made = json.loads(answer["body"])["registrationId"]
    assert answer["headers"]["Location"] == f"/voice{REGISTRATIONS}/{made}"


# ------------------------------------------------------------------------ read


def test_a_device_finds_its_registration_again() -> None:
    made = post(NOBODY)
    registered(device=2)

    assert get_by_device(NOBODY, device_id()).body == [made.body]
    assert get_by_device(NOBODY, device_id().upper()).body == [made.body]
    assert get(NOBODY, made.body["registrationId"]).body == made.body


def test_a_device_that_is_not_registered_finds_nothing(time_stands_still: FakeClock) -> None:
    registered(expiry=at(60))
    gone = registered(device=2)
    delete(NOBODY, gone)
    time_stands_still.now += 60

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


def test_the_registrations_of_others_look_as_if_they_did_not_exist() -> None:
    made = post(NOBODY)
    known = made.body["registrationId"]

    for operate in OF_ONE.values():
        assert operate(BOB, known) == operate(BOB, UNKNOWN)
        assert operate(BOB, known).code == (404, "NOT_FOUND")
    assert get_by_device(BOB, device_id()).body == []
    assert get(NOBODY, known).body == made.body


@on_one
def test_what_is_over_is_not_found(name: str, time_stands_still: FakeClock) -> None:
    expired, gone = registered(expiry=at(60)), registered(device=2)
    delete(NOBODY, gone)
    time_stands_still.now += 60

    for known in (expired, gone, UNKNOWN, "no-uuid", gone.upper()):
        assert OF_ONE[name](NOBODY, known).code == (404, "NOT_FOUND")


@on_one
@pytest.mark.parametrize(
    ("path_id", "code"),
    [
        (None, "INVALID_ARGUMENT"),
        ("", "INVALID_ARGUMENT"),
        ("a b", "INVALID_ARGUMENT"),
        ("a/b", "INVALID_ARGUMENT"),
        ("{registrationId}", "INVALID_ARGUMENT"),
        ("\u00e9", "INVALID_ARGUMENT"),
        ("x" * 257, "OUT_OF_RANGE"),
    ],
)
def test_a_malformed_id(name: str, path_id: str | None, code: str) -> None:
    assert OF_ONE[name](NOBODY, path_id).code == (400, code)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nothing_is_changed_without_an_id(method: str) -> None:
    known = registered()

    answer = invoke(method, REGISTRATIONS, context=a_context(NOBODY))

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).status == 200


# --------------------------------------------------------------------- refresh


@pytest.mark.parametrize("body", [None, {}, {"future": 1}, Raw("", content_type="text/plain")])
def test_a_refresh_counts_from_its_receipt(body: Any, time_stands_still: FakeClock) -> None:
    known = registered()
    time_stands_still.now += 600

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
def test_a_bad_refresh_changes_nothing(body: Any, time_stands_still: FakeClock) -> None:
    known = registered()
    time_stands_still.now += 600

    assert put(NOBODY, known, body).code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).body["expiresAt"] == "2027-01-15T09:00:00Z"


def test_a_refresh_leaves_the_rest_as_it_was() -> None:
    known = registered()
    another = a_context(NOBODY, client_id="client-2", sub="user-2")
    before = registration_store().of_number(subscriber_key(NOBODY)).find(known, NOW)

    put(NOBODY, known, {"registrationExpireTime": at(7200)}, context=another)

    after = registration_store().of_number(subscriber_key(NOBODY)).find(known, NOW)
    assert after == before.until(NOW + 7200)


# ---------------------------------------------------------------------- delete


def test_a_deleted_registration_is_gone() -> None:
    known = registered()

    answer = delete(NOBODY, known)

    assert (answer.status, answer.body) == (204, None)
    assert delete(NOBODY, known).code == (404, "NOT_FOUND")


def test_a_delete_has_no_body() -> None:
    known = registered()

    assert delete(NOBODY, known, body={}).code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).status == 200


# --------------------------------------------------------- what holds for each


@every_operation
def test_no_usable_context_is_no_authentication(name: str) -> None:
    contexts: list[Any] = [[], {}, {"scope": SCOPES}, a_context(exp="1")]
    for context in contexts:
        assert OPERATIONS[name](NOBODY, context=context).code == (401, "UNAUTHENTICATED")


@every_operation
def test_each_operation_needs_its_own_scope(name: str) -> None:
    own = f"webrtc-registration:sessions:{'read' if name == 'list' else name}"
    others = " ".join(scope for scope in SCOPES.split() if scope != own)

    denied = OPERATIONS[name](NOBODY, context=a_context(NOBODY, scope=others))
    granted = OPERATIONS[name](NOBODY, context=a_context(NOBODY, scope=own))

    assert denied.code == (403, "PERMISSION_DENIED")
    assert granted.status in {200, 201, 404}


@every_operation
def test_a_token_without_a_subscriber_leads_to_no_device(name: str) -> None:
    assert OPERATIONS[name](NOBODY, context=a_context(None)).code == (404, "IDENTIFIER_NOT_FOUND")


@every_operation
def test_the_correlator_is_checked_and_echoed(name: str) -> None:
    assert OPERATIONS[name](NOBODY, correlator="one").headers["x-correlator"] == "one"
    malformed = OPERATIONS[name](NOBODY, correlator="a b")
    assert malformed.code == (400, "INVALID_ARGUMENT")
    assert malformed.headers["x-correlator"] == "a b"


@every_operation
def test_bad_requests_come_before_missing_identities(name: str) -> None:
    requests: dict[str, Callable[[], Answer]] = {
        "create": lambda: post(body={}, context=a_context(None)),
        "list": lambda: get_by_device(NOBODY, context=a_context(None)),
        "read": lambda: get(NOBODY, "a b", context=a_context(None)),
        "write": lambda: put(NOBODY, UNKNOWN, Raw("{"), context=a_context(None)),
        "delete": lambda: delete(NOBODY, UNKNOWN, body={}, context=a_context(None)),
    }

    assert requests[name]().code == (400, "INVALID_ARGUMENT")


@every_operation
def test_a_failing_table_is_unavailable(name: str, dynamo: FaultyDynamoDB) -> None:
    dynamo.fail(client_error("ThrottlingException"))

    assert OPERATIONS[name](NOBODY).code == (503, "UNAVAILABLE")


@every_operation
def test_an_unforeseen_fault_tells_nothing(
    name: str, dynamo: FaultyDynamoDB, logged: io.StringIO
) -> None:
    dynamo.fail(RuntimeError(ALICE))

    assert OPERATIONS[name](NOBODY).code == (500, "INTERNAL")
    assert not personal_in(logged.getvalue())


def test_what_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webrtc-test")
    known = registered()
    put(NOBODY, known)
    get(NOBODY, known)
    get_by_device(NOBODY, device_id())
    post(NOBODY)
    delete(NOBODY, known)
    put(NOBODY, known)

    counted = [
        (metric.name, metric.value, dict(metric.dimensions))
        for metric in metrics_in(capsys.readouterr().out)
    ]
    service = {"service": "webrtc-test"}
    assert counted == [
        ("RegistrationCreated", 1, service),
        ("RegistrationRefreshed", 1, service),
        ("Refused", 1, service | {"operation": "createRegistration", "code": "ALREADY_EXISTS"}),
        ("Refused", 1, service | {"operation": "updateRegistrationById", "code": "NOT_FOUND"}),
    ]


def test_the_log_follows_a_registration_and_names_nobody(logged: io.StringIO) -> None:
    known = registered()
    put(NOBODY, known)
    get(NOBODY, known)
    get_by_device(NOBODY, device_id())
    delete(NOBODY, known)
    delete(NOBODY, known)
    get(NOBODY, registration_id(ALICE))

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [
        (line["message"], line["httpStatus"], line.get("registrationId")) for line in lines
    ] == [
        ("createRegistration", 201, known),
        ("updateRegistrationById", 200, known),
        ("getRegistrationById", 200, known),
        ("getRegistrationsByDeviceId", 200, None),
        ("deleteRegistrationById", 204, known),
        ("deleteRegistrationById", 404, known),
        ("getRegistrationById", 404, registration_id(ALICE)),
    ]
    assert not personal_in(logged.getvalue())
    for secret in (device_id(), "user-1", subscriber_key(NOBODY), user_key("user-1")):
        assert secret not in logged.getvalue()
