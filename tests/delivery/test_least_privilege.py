"""Each role allows what its function asks of AWS, to the action, and nothing else.

What a function asks is recorded while its ways are played, so what is asked for the first time, and
what is asked no more, fails here. The roles' other side is in ``tests/contract``.
"""

import boto3
import pytest

from authorizer.settings import read_settings, ssm_client
from call_handling import end_sessions_of_registration
from notifications.notification import CatchUp
from notifications.settings import settings
from tests.support import api, registration_api, subscriptions_api
from tests.support.builders import ALICE, BOB, NOBODY, NOW, UNKNOWN
from tests.support.devices import deregister, register
from tests.support.evidence import a_credential
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_context import a_lambda_context
from tests.support.lambda_poller import Poller, a_change_of
from tests.support.marked import behind, marked
from tests.support.messaging import failing, subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.permissions import (
    TO_USE_A_QUEUES_KEY,
    Asked,
    asked_by_lambda,
    functions,
    permissions,
    recorded,
)
from tests.support.session_events import ANSWERED, BUS_FUNCTION, FUNCTION, publish, tell_the_bus
from tests.support.stored_calls import a_call_of, store
from tests.support.streams import Stream, meant_for
from tests.support.sweep import sweep
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.webhook import Webhook, answer

PLAYED = {
    "CreateSession",
    "GetSessionDetailsById",
    "UpdateSessionStatus",
    "DeleteSessionById",
    "RegistrationApi",
    "SubscriptionApi",
    "SweepExpired",
    "EndSessionsOfRegistration",
    "PublishEvents",
    "PublishToSessionsBus",
    "DeliverNotification",
    "ProbeSink",
    "JwtAuthorizer",
}


@pytest.fixture
def asked(messaging: Messaging, at_once: list[int], monkeypatch: pytest.MonkeyPatch) -> Asked:
    del messaging, at_once
    return recorded(monkeypatch)


def check_role(function: str, asked: Asked) -> None:
    """Expect the role to allow what has been asked, and what Lambda asks for the function."""
    expected = asked.of(function) | asked_by_lambda(function)
    assert set(permissions(f"{function}Role")) - TO_USE_A_QUEUES_KEY == expected
    assert asked.of(function)


def test_each_function_is_played() -> None:
    assert set(functions()) == PLAYED


def test_create_session(asked: Asked) -> None:
    with asked.by("CreateSession"):
        assert api.post().status == 201

    check_role("CreateSession", asked)


def test_get_session_details_by_id(asked: Asked) -> None:
    call = api.a_call()

    with asked.by("GetSessionDetailsById"):
        assert api.get(BOB, call).status == 200
        assert api.get(NOBODY, call).status == 404

    check_role("GetSessionDetailsById", asked)


def test_update_session_status(asked: Asked) -> None:
    call = api.a_call("Initial")

    with asked.by("UpdateSessionStatus"):
        assert api.put(NOBODY, call, "Ringing").status == 404
        assert api.put(BOB, call, "Ringing").status == 200
        assert api.put(BOB, call, ANSWERED).status == 200

    check_role("UpdateSessionStatus", asked)


def test_delete_session_by_id(asked: Asked) -> None:
    call = api.a_call()

    with asked.by("DeleteSessionById"):
        assert api.delete(NOBODY, call).status == 404
        assert api.delete(ALICE, call).status == 204

    check_role("DeleteSessionById", asked)


def test_registration_api(asked: Asked) -> None:
    with asked.by("RegistrationApi"):
        known = registration_api.registered()
        assert registration_api.get(NOBODY, known).status == 200
        assert registration_api.get_by_device(NOBODY, registration_api.device_id()).status == 200
        assert registration_api.put(NOBODY, known).status == 200
        assert registration_api.delete(NOBODY, known).status == 204

    check_role("RegistrationApi", asked)


def test_subscription_api(asked: Asked) -> None:
    a_credential()
    body = subscriptions_api.a_subscription_request(sinkCredential=subscriptions_api.a_credential())

    with asked.by("SubscriptionApi"):
        known = subscriptions_api.post(body=body).body["id"]
        assert subscriptions_api.get_all().status == 200
        assert subscriptions_api.get(ALICE, known).status == 200
        assert subscriptions_api.put(ALICE, known).status == 200
        assert subscriptions_api.delete(ALICE, known).status == 204

    check_role("SubscriptionApi", asked)


def test_sweep_expired(asked: Asked, clock: FakeClock) -> None:
    for renewed in (False, True):
        call = api.a_call("Initial")
        clock.now += 50 if renewed else 0
        api.put(BOB, call, "Ringing")
    register(NOBODY, expires_at=NOW + 60)
    subscribe(1, ends_at=NOW + 60)
    subscribe(2, behind_since=NOW - 600, cleared_at=NOW - 3600, failures=1)
    clock.now = NOW + 120
    named = {"mediaSessionIds": [api.a_call(), UNKNOWN]}

    with asked.by("SweepExpired"):
        assert sweep()["found"]
        assert sweep(named)
        clock.now += 24 * 3600
        assert sweep({"sweep": "registrations"})["ended"]
        assert sweep({"sweep": "subscriptions"})["ended"]

    check_role("SweepExpired", asked)


def test_end_sessions_of_registration(asked: Asked) -> None:
    stream = Stream(REGISTRATIONS)
    api.a_call()
    deregister(ALICE)
    deregister(BOB)
    event = {"Records": meant_for("EndSessionsOfRegistration", stream.records())}

    with asked.by("EndSessionsOfRegistration"):
        assert not end_sessions_of_registration.handler(event, a_lambda_context())[
            "batchItemFailures"
        ]

    check_role("EndSessionsOfRegistration", asked)


def test_publish_events(asked: Asked) -> None:
    streams = [Stream(table) for table in (TABLE, REGISTRATIONS, SUBSCRIPTIONS)]
    register(BOB, 2)
    subscribe(1, subscriber=BOB)
    api.a_call()
    deregister(BOB, 2)
    subscriptions_api.delete(ALICE, subscriptions_api.subscribed())

    for stream in streams:
        records = stream.records()
        assert meant_for(FUNCTION, records)
        with asked.by(FUNCTION):
            assert publish(records) == []

    check_role(FUNCTION, asked)


def test_publish_to_sessions_bus(asked: Asked, session_stream: Stream) -> None:
    boto3.client("events").create_event_bus(Name=settings().event_bus)
    api.a_call()
    records = session_stream.records()

    with asked.by(BUS_FUNCTION):
        assert tell_the_bus(records) == []

    check_role(BUS_FUNCTION, asked)


def test_deliver_notification(
    asked: Asked, poller: Poller, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = api.a_call()
    store(*(a_call_of(f"call-{place}", at=NOW - place) for place in range(12)))
    told = subscribe(1, sink=webhook.url, credential=a_credential())
    catching_up = behind(webhook, 2)
    poller.put(a_change_of(call, told, told.type), CatchUp.of(catching_up))
    with asked.by("DeliverNotification"):
        poller.deliver_all()
    webhook.then(answer(503))
    poller.put(a_change_of(call, told, told.type, 3, "Connected"))
    with asked.by("DeliverNotification"):
        poller.deliver_all()
    failing(monkeypatch, "GetItem", client_error("ThrottlingException"))
    poller.put(a_change_of(call, told, told.type, 4, "Hold"))
    with asked.by("DeliverNotification"):
        assert not poller.deliver()

    check_role("DeliverNotification", asked)


def test_probe_sink(asked: Asked, prober: Poller, webhook: Webhook) -> None:
    call = api.a_call()
    _, probe = marked(
        lambda known: a_change_of(call, known, known.type),
        sink=webhook.url,
        credential=a_credential(),
    )

    prober.put(probe)
    webhook.then(answer(503))
    with asked.by("ProbeSink"):
        prober.deliver_all()

    check_role("ProbeSink", asked)


def test_jwt_authorizer(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("ssm").put_parameter(
        Name="/webrtc/issuer",
        Type="String",
        Value='{"issuer": "https://issuer.example.com", "audience": "a", "jwksUri": ""}',
    )
    monkeypatch.setenv("SETTINGS_PARAMETER", "/webrtc/issuer")
    ssm_client.cache_clear()

    with asked.by("JwtAuthorizer"):
        read_settings()

    ssm_client.cache_clear()
    check_role("JwtAuthorizer", asked)
