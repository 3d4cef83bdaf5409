from dataclasses import replace
from typing import Any

import pytest

from camara.errors import (
    InvalidArgument,
    InvalidCredential,
    InvalidProtocol,
    InvalidToken,
    MultieventSubscriptionNotSupported,
    OutOfRange,
)
from camara.scope import EventType
from notifications.bodies import SubscriptionRequest, SubscriptionUpdateRequest
from notifications.resource import subscription_response
from notifications.subscription import TerminationReason
from tests.support.builders import NOW, SINK, a_registration, a_subscription, subscription_id
from tests.support.subscriptions_api import (
    INVITATION,
    REGISTRATION_ENDS,
    STATUS,
    SUBSCRIPTION_ENDED,
    TOKEN,
    a_credential,
    a_subscription_request,
)

DEVICE = a_registration().device_id


def test_a_request_says_who_is_notified_of_what() -> None:
    body = SubscriptionRequest.parse(a_subscription_request(INVITATION))

    assert (body.sink, body.event_type()) == (SINK, EventType.SESSION_INVITATION)
    assert body.config.subscription_detail.device_id == DEVICE
    assert body.config.requested_expiry() is None
    assert body.config.subscription_max_events is None
    assert body.sink_credential is None


def test_a_device_is_the_same_however_it_is_spelt() -> None:
    detail = {"subscriptionDetail": {"deviceId": DEVICE.upper()}}
    body = SubscriptionRequest.parse(a_subscription_request(config=detail))

    assert body.config.subscription_detail.device_id == DEVICE


@pytest.mark.parametrize("name", [INVITATION, STATUS, REGISTRATION_ENDS])
def test_one_type_is_the_type(name: str) -> None:
    assert SubscriptionRequest.parse(a_subscription_request(name)).event_type().value == name


@pytest.mark.parametrize(
    "types", [(STATUS, INVITATION), (REGISTRATION_ENDS, STATUS, INVITATION)], ids=len
)
def test_several_types_are_understood_and_not_supported(types: tuple[str, ...]) -> None:
    body = SubscriptionRequest.parse(a_subscription_request(*types))

    with pytest.raises(MultieventSubscriptionNotSupported):
        body.event_type()


@pytest.mark.parametrize(
    "types",
    [
        [],
        [STATUS, STATUS],
        [STATUS, INVITATION, REGISTRATION_ENDS, STATUS],
        [SUBSCRIPTION_ENDED],
        [STATUS, SUBSCRIPTION_ENDED],
        ["session-status"],
        [STATUS, None],
        STATUS,
        None,
    ],
)
def test_no_unknown_or_repeated_type_is_any(types: Any) -> None:
    with pytest.raises(InvalidArgument):
        SubscriptionRequest.parse(a_subscription_request() | {"types": types})


def test_codes_of_their_own_weigh_more_than_malformed() -> None:
    wrong = a_subscription_request(sink=7, types=7)

    with pytest.raises(InvalidProtocol):
        SubscriptionRequest.parse(wrong | {"protocol": "MQTT3"})
    with pytest.raises(InvalidCredential):
        SubscriptionRequest.parse(wrong | {"sinkCredential": {"credentialType": "PLAIN"}})
    for token in ({"accessTokenType": "mac"}, {"accessTokenType": "mac", "accessToken": 7}):
        credential = {"credentialType": "ACCESSTOKEN"} | token
        with pytest.raises(InvalidToken):
            SubscriptionUpdateRequest.parse({"sinkCredential": credential})


def test_the_most_that_fits_is_taken() -> None:
    for events in (1, 1_000_000):
        config = {"subscriptionMaxEvents": events}
        body = SubscriptionRequest.parse(a_subscription_request(config=config))
        assert body.config.subscription_max_events == events
    for token in ("x" * 8192, "Az09-._~+/=="):
        credential = a_credential(accessToken=token)
        SubscriptionRequest.parse(a_subscription_request(sinkCredential=credential))
    SubscriptionRequest.parse(a_subscription_request(sink="x" * 1024))


def wants(events: Any) -> dict[str, Any]:
    return {"config": {"subscriptionDetail": {"deviceId": DEVICE}, "subscriptionMaxEvents": events}}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (wants(0), OutOfRange),
        (wants(1_000_001), OutOfRange),
        (wants(10**30), OutOfRange),
        (wants("5"), InvalidArgument),
        (wants(1.5), InvalidArgument),
        (wants(True), InvalidArgument),  # noqa: FBT003
        ({"protocol": 1}, InvalidArgument),
        ({"protocol": None}, InvalidArgument),
        ({"sink": None}, InvalidArgument),
        ({"sink": [SINK]}, InvalidArgument),
        ({"sink": "x" * 1025}, OutOfRange),
        ({"config": None}, InvalidArgument),
        ({"config": {}}, InvalidArgument),
        ({"config": {"subscriptionDetail": {"deviceId": "device-1"}}}, InvalidArgument),
        ({"sinkCredential": a_credential(accessToken="")}, InvalidArgument),
        ({"sinkCredential": a_credential(accessToken=None)}, InvalidArgument),
        ({"sinkCredential": a_credential(accessToken="caf\u00e9")}, InvalidArgument),
        ({"sinkCredential": a_credential(accessToken="a\r\nb")}, InvalidArgument),
        ({"sinkCredential": a_credential(accessToken="x" * 8193)}, OutOfRange),
    ],
    ids=lambda value: repr(value)[-40:],
)
def test_what_no_subscription_can_say(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        SubscriptionRequest.parse(a_subscription_request() | changes)


@pytest.mark.parametrize("value", [None, 0, "true"])
def test_an_initial_event_is_wanted_or_not(value: Any) -> None:
    for good in (True, False):
        SubscriptionRequest.parse(a_subscription_request(config={"initialEvent": good}))
    with pytest.raises(InvalidArgument):
        SubscriptionRequest.parse(a_subscription_request(config={"initialEvent": value}))


def test_a_time_is_that_of_its_zone_without_its_fraction() -> None:
    time = "2027-01-15T09:30:00.9+01:30"
    config = {"subscriptionExpireTime": time}
    credential = a_credential(accessTokenExpiresUtc=time)
    created = SubscriptionRequest.parse(
        a_subscription_request(config=config, sinkCredential=credential)
    )
    updated = SubscriptionUpdateRequest.parse({"config": config, "sinkCredential": credential})

    for body in (created, updated):
        assert body.config.requested_expiry() == NOW
        assert body.sink_credential
        assert body.sink_credential.expires_at == NOW
        body.require_valid_token(NOW - 1)
        with pytest.raises(OutOfRange):
            body.require_valid_token(NOW)


@pytest.mark.parametrize(
    "nothing",
    [
        {},
        {"config": {}},
        {"config": None},
        {"config": {"subscriptionExpireTime": "soon"}},
        {"sinkCredential": None},
        {"sinkCredential": {}},
    ],
)
def test_an_update_has_something_to_update(nothing: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        SubscriptionUpdateRequest.parse(nothing)


@pytest.mark.parametrize(
    "name",
    [
        "sink",
        "types",
        "protocol",
        "id",
        "future",
        "sink_credential",
        "subscriptionDetail",
        "subscriptionMaxEvents",
    ],
)
def test_an_update_has_no_room_for_more(name: str) -> None:
    good = a_subscription_request()
    for body in ({name: good.get(name, "x")}, {"config": {name: 1}}):
        with pytest.raises(InvalidArgument):
            SubscriptionUpdateRequest.parse(body)


def test_a_credential_keeps_to_itself() -> None:
    body = SubscriptionRequest.parse(a_subscription_request(sinkCredential=a_credential()))

    assert body.sink_credential
    assert body.sink_credential.access_token == TOKEN
    assert TOKEN not in repr(body)


def test_a_subscription_is_shown_with_what_is_in_effect() -> None:
    shown = subscription_response(a_subscription(max_events=5), NOW)

    assert shown == {
        "protocol": "HTTP",
        "sink": SINK,
        "types": [STATUS],
        "config": {
            "subscriptionDetail": {"deviceId": DEVICE},
            "subscriptionExpireTime": "2027-02-14T08:00:00Z",
            "subscriptionMaxEvents": 5,
        },
        "id": subscription_id(),
        "startsAt": "2027-01-15T08:00:00Z",
        "expiresAt": "2027-02-14T08:00:00Z",
        "status": "ACTIVE",
    }


@pytest.mark.parametrize("reason", TerminationReason)
def test_what_is_over_is_shown_as_expired_though_its_sink_failed(reason: TerminationReason) -> None:
    for known in (a_subscription(), a_subscription().failed("event", NOW, NOW)):
        for over in (known.ended_because(reason, NOW), replace(known, ends_at=NOW)):
            assert subscription_response(over, NOW)["status"] == "EXPIRED"
