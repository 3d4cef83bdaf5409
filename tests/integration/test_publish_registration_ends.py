"""PublishEvents, of registrations: a device hears that it is registered no more, and why."""

import json
from typing import Any

import pytest

from camara.identity import derive_subscriber_key
from camara.scope import EventType
from notifications.publish_events import handler
from notifications.subscription import TerminationReason
from registration.store import registration_store
from tests.support.builders import ALICE, NOBODY, NOW, a_registration, registration_id
from tests.support.devices import deregister, register
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import Requests, subscribe, taken_from
from tests.support.on_moto import FakeClock, Messaging
from tests.support.privacy import personal_in
from tests.support.registers import NOBODY_ACTS
from tests.support.session_events import publish
from tests.support.streams import Stream, meant_for
from tests.support.sweep import end_expired_registrations as end_expired
from tests.support.table import REGISTRATIONS

NOBODYS: dict[str, Any] = {"subscriber": NOBODY, "type": EventType.REGISTRATION_ENDS}
FUNCTION = "PublishEvents"
HOUR = 3600


@pytest.fixture
def stream(messaging: Messaging) -> Stream:
    del messaging
    return Stream(REGISTRATIONS)


def test_a_deleted_registration_is_told_to_its_device(messaging: Messaging, stream: Stream) -> None:
    device = register(NOBODY)
    told = subscribe(1, **NOBODYS)
    deregister(NOBODY)

    assert publish(stream.records()) == []
    [message] = taken_from(messaging.queue)
    assert len(message.pop("event_id")) == 32
    assert len(message.pop("correlator")) == 32
    assert message.pop("time").endswith("Z")
    assert message == {
        "number": told.subscriber_key,
        "subscription_id": told.subscription_id,
        "device": told.device,
        "type": EventType.REGISTRATION_ENDS,
        "media_session_id": None,
        "data": {
            "registrationId": device,
            "terminationReason": "NETWORK_TERMINATED",
            "terminationDescription": "The registration was deleted",
        },
    }
    assert personal_in(json.dumps(message)) == []


def test_expired_ones_are_told_each_to_its_own_device(
    messaging: Messaging, stream: Stream, clock: FakeClock, requests: Requests
) -> None:
    for device in (1, 2):
        register(NOBODY, device, expires_at=NOW + HOUR)
        subscribe(device, of=a_registration(NOBODY, device), **NOBODYS)
    clock.now += HOUR
    end_expired()
    records = stream.records()
    requests.clear()
    publish(records)

    heard = taken_from(messaging.queue)
    assert [message["data"]["registrationId"] for message in heard] == [
        registration_id(NOBODY, device) for device in (1, 2)
    ]
    assert {message["data"]["terminationReason"] for message in heard} == {"REGISTRATION_EXPIRED"}
    assert [name for name, _ in requests].count("BatchGetItem") == 1


def test_nobody_else_is_told(messaging: Messaging, stream: Stream, clock: FakeClock) -> None:
    register(NOBODY)
    subscribe(1, of=a_registration(NOBODY, 2), **NOBODYS)
    subscribe(2, of=a_registration(NOBODY, client_id="client-2"), **NOBODYS)
    subscribe(3, of=a_registration(NOBODY, sub="another user"), **NOBODYS)
    subscribe(4, **NOBODYS | {"type": EventType.SESSION_STATUS})
    subscribe(5, **NOBODYS | {"subscriber": ALICE})
    subscribe(6, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW, **NOBODYS)
    subscribe(7, ends_at=NOW + 10, **NOBODYS)
    deregister(NOBODY)
    clock.now += 10

    assert publish(stream.records()) == []
    assert taken_from(messaging.queue) == []


def test_new_and_refreshed_registrations_and_users_registers_are_no_event(stream: Stream) -> None:
    register(NOBODY)
    registration_store().refresh(NOBODY_ACTS, registration_id(NOBODY), NOW + HOUR, NOW)
    assert len(records := stream.records()) == 4
    assert meant_for(FUNCTION, records) == []
    deregister(NOBODY)
    records = stream.records()

    assert len(records) == 2
    [ended] = meant_for(FUNCTION, records)
    assert ended["dynamodb"]["Keys"]["owner"]["S"].startswith("number#")
    assert meant_for("EndSessionsOfRegistration", records) == [ended]


@pytest.mark.parametrize("filtered", [True, False])
def test_what_a_register_remembers_is_not_told_again(
    messaging: Messaging, stream: Stream, requests: Requests, *, filtered: bool
) -> None:
    del messaging
    for device in (1, 2):
        subscribe(device, of=a_registration(NOBODY, device), **NOBODYS)
        register(NOBODY, device)
    deregister(NOBODY, 1)
    register(NOBODY, 3)
    registration_store().refresh(NOBODY_ACTS, registration_id(NOBODY, 3), NOW + HOUR, NOW)
    deregister(NOBODY, 2)
    register(NOBODY, 4)
    remembered = registration_store().of_subscriber(derive_subscriber_key(NOBODY)).ended
    assert [end.registration.device_id for end in remembered] == [
        a_registration(NOBODY, device).device_id for device in (1, 2)
    ]
    records = [record for record in stream.records() if "ended" in record["dynamodb"]["NewImage"]]

    if filtered:
        assert publish(records) == []
    else:
        assert handler({"Records": records}, a_lambda_context()) == {"batchItemFailures": []}

    sent = [arguments for name, arguments in requests if name == "SendMessageBatch"]
    told = [json.loads(entry["MessageBody"]) for each in sent for entry in each["Entries"]]
    assert [message["data"]["registrationId"] for message in told] == [
        registration_id(NOBODY, device) for device in (1, 2)
    ]
