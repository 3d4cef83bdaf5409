"""What the log tells of a call, a registration and a subscription: nothing personal, no secret."""

import io
import json
import re
import uuid
from collections.abc import Callable
from functools import partial

import pytest

from aws.log import shown_id
from call_handling import delete_session_by_id
from camara.identity import derive_subscriber_key, derive_user_key
from tests.support import registration_api, subscriptions_api
from tests.support.api import Answer, delete, get, post, put
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ALICE_KEY,
    BOB,
    BOB_ACTS,
    CLIENT_KEY,
    NOBODY,
    OFFER,
    SCOPES,
    SINK,
    a_call_request,
    a_context,
    a_location,
    an_actor,
    registration_id,
    sub_of,
    subscription_id,
)
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.lambda_context import a_lambda_context
from tests.support.privacy import personal_in
from tests.support.registration_api import device_id, registered
from tests.support.session_records import media_session_id
from tests.support.subscriptions_api import DEVICE, TOKEN, a_credential, a_subscription_request


def test_the_log_follows_a_call_and_names_nobody(logged: io.StringIO) -> None:
    body = a_call_request(locationDetails=a_location())
    correlators = [str(uuid.UUID(int=number)) for number in range(5)]
    call = post(body=body, correlator=correlators[0]).body["mediaSessionId"]
    put(
        BOB, call, {"status": "Ringing", "locationDetails": a_location()}, correlator=correlators[1]
    )
    put(BOB, call, {"status": "Connected", "answer": {"sdp": OFFER}}, correlator=correlators[2])
    delete(ALICE, call, correlator=correlators[3])
    delete(BOB, call, correlator=correlators[4])

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    told = [(line["correlator"], line.get("from"), line.get("to")) for line in lines]
    assert told == [
        (correlators[0], None, "Initial"),
        (correlators[1], "Initial", "Ringing"),
        (correlators[2], "Ringing", "Connected"),
        (correlators[3], "Connected", "Terminated"),
        (correlators[4], None, None),
    ]
    assert {line["mediaSessionId"] for line in lines} == {call}
    assert lines[-1]["code"] == "NOT_FOUND"
    keys = (ALICE_KEY, CLIENT_KEY, ALICE_ACTS.key, BOB_ACTS.key)
    for secret in ("2025550101", "2025550102", "Alice", "v=0", "40.7", "eyJ", *keys):
        assert secret not in logged.getvalue()


@pytest.mark.parametrize("context", [{}, {"scope": SCOPES}, a_context(scope=""), a_context()])
def test_each_request_has_its_ids_whatever_comes_of_it(
    logged: io.StringIO, context: dict[str, str]
) -> None:
    correlators = [str(uuid.UUID(int=number)) for number in range(2)]
    for correlator in correlators:
        delete(ALICE, media_session_id(1), context=context, correlator=correlator)

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["correlator"] for line in lines] == correlators
    assert len({line["requestId"] for line in lines}) == 2
    assert len({line["functionRequestId"] for line in lines}) == 2


def test_a_request_without_an_id_has_not_that_of_another(logged: io.StringIO) -> None:
    delete(ALICE, media_session_id(1))
    delete_session_by_id.handler({}, a_lambda_context())

    first, second = map(json.loads, logged.getvalue().splitlines())
    assert "requestId" in first
    assert "requestId" not in second


@pytest.mark.parametrize("personal", ["12025550101", "Alice", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])
@pytest.mark.parametrize(
    "send",
    [
        get,
        delete,
        partial(put, status="Ringing"),
        *registration_api.OF_ONE.values(),
        *subscriptions_api.OF_ONE.values(),
    ],
)
def test_of_what_a_client_makes_up_the_log_tells_the_shape(
    logged: io.StringIO, send: Callable[..., Answer], personal: str
) -> None:
    assert send(ALICE, personal, correlator=personal).headers["x-correlator"] == personal

    line = json.loads(logged.getvalue())
    name = next(
        name for name in ("mediaSessionId", "registrationId", "subscriptionId") if name in line
    )
    assert line[name] == line["correlator"] == shown_id("correlator", personal)
    assert personal not in logged.getvalue()


def test_the_log_follows_a_registration_and_names_nobody(logged: io.StringIO) -> None:
    known = registered()
    registration_api.put(NOBODY, known)
    registration_api.get(NOBODY, known)
    registration_api.get_by_device(NOBODY, device_id())
    registration_api.delete(NOBODY, known)
    registration_api.delete(NOBODY, known)
    registration_api.get(NOBODY, registration_id(ALICE))

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
    user = sub_of(NOBODY)
    keys = (derive_subscriber_key(NOBODY), derive_user_key(user), an_actor(NOBODY).key)
    for secret in (device_id(), user, *keys):
        assert secret not in logged.getvalue()


@pytest.mark.usefixtures("messaging")
def test_the_log_follows_a_subscription_and_tells_no_secrets(
    logged: io.StringIO, dynamo: FaultyDynamoDB
) -> None:
    body = a_subscription_request(sinkCredential=a_credential())
    known = subscriptions_api.post(body=body).body["id"]
    subscriptions_api.put(ALICE, known, {"sinkCredential": a_credential()})
    subscriptions_api.get(ALICE, known)
    subscriptions_api.get_all()
    subscriptions_api.delete(ALICE, known)
    subscriptions_api.delete(ALICE, known)
    subscriptions_api.post(body=body | {"sink": f"{SINK}#fragment"})
    subscriptions_api.post(
        body=body | {"sinkCredential": a_credential(accessToken=f"{TOKEN} {TOKEN}")}
    )
    subscriptions_api.get(ALICE, subscription_id())
    dynamo.fail(RuntimeError(TOKEN))
    subscriptions_api.post(body=body)

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [
        (line["message"], line["httpStatus"], line.get("subscriptionId")) for line in lines
    ] == [
        ("createNotificationChannelSubscription", 201, known),
        ("updateNotificationChannelSubscription", 200, known),
        ("retrieveNotificationChannelSubscription", 200, known),
        ("retrieveNotificationChannelSubscriptionList", 200, None),
        ("deleteNotificationChannelSubscription", 204, known),
        ("deleteNotificationChannelSubscription", 404, known),
        ("createNotificationChannelSubscription", 400, None),
        ("createNotificationChannelSubscription", 400, None),
        ("retrieveNotificationChannelSubscription", 404, subscription_id()),
        ("createNotificationChannelSubscription", 500, None),
    ]
    assert not personal_in(logged.getvalue())
    keys = (ALICE_KEY, CLIENT_KEY, ALICE_ACTS.key)
    for secret in (TOKEN, SINK, "app.example", DEVICE, sub_of(ALICE), *keys):
        assert secret not in logged.getvalue()


def test_a_fault_is_logged_with_its_place_and_without_its_text(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    def broken() -> None:
        raise RuntimeError(ALICE)

    monkeypatch.setattr(delete_session_by_id, "session_ender", broken)

    assert delete(ALICE, "unknown").code == (500, "INTERNAL")
    # One line, so that whoever finds the fault finds the request, and the other way round.
    fault = json.loads(logged.getvalue())
    assert (fault["level"], fault["httpStatus"], fault["code"]) == ("ERROR", 500, "INTERNAL")
    assert fault["fault"] == "RuntimeError"
    assert fault["frames"][-1].endswith("broken")
    assert ALICE not in logged.getvalue()


def test_a_line_says_nothing_that_nobody_needs_and_when_in_lambda_s_own_form(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")

    delete(ALICE, "unknown")

    [line] = map(json.loads, logged.getvalue().splitlines())
    assert not {"location", "xray_trace_id"} & line.keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["timestamp"])
