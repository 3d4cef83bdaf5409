"""Whatever the event: an answer that ``infra/openapi.yaml`` has, and never a fault."""

from importlib import import_module
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from aws.dynamodb import dynamodb_client
from notifications.item import audience_key, key
from notifications.settings import settings
from notifications.store import subscription_store
from registration.store import registration_store
from tests.fuzz.events import events
from tests.support.api import SESSION, SESSIONS, STATUS, a_call
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    NOW,
    a_context,
    a_subscription,
    registration_id,
)
from tests.support.contract import check_response
from tests.support.devices import register
from tests.support.effort import effort
from tests.support.lambda_context import a_lambda_context
from tests.support.on_moto import Messaging, clock, environment, messaging, table
from tests.support.openapi import operations
from tests.support.template import properties, routes

__all__ = ["clock", "environment", "messaging", "table"]

REGISTRATIONS = "/webrtc-registration/v0.4/sessions"
REGISTRATION = REGISTRATIONS + "/{registrationId}"
SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
SUBSCRIPTION = SUBSCRIPTIONS + "/{subscriptionId}"
HANDLERS = {(route.method, route.path): properties(route.function)["Handler"] for route in routes()}
every_operation = pytest.mark.parametrize(("method", "resource"), operations())


def answer(method: str, resource: str, event: dict[str, Any]) -> int:
    """Return the status, if it is no fault and the answer is a documented one."""
    module, _, name = HANDLERS[method, resource].rpartition(".")
    response = getattr(import_module(module), name)(
        event | {"httpMethod": method}, a_lambda_context()
    )
    status: int = response["statusCode"]
    assert status not in {500, 503, 504}
    # What no header can carry is no answer to the gateway.
    assert all(value.isascii() and value.isprintable() for value in response["headers"].values())
    check_response(method, resource, status, response["headers"], response["body"])
    return status


@every_operation
@given(data=st.data())
@effort(50)
def test_any_event(messaging: Messaging, method: str, resource: str, data: st.DataObject) -> None:
    del messaging  # the key, for what it takes
    answer(method, resource, data.draw(events(resource)))


@pytest.mark.parametrize(
    ("method", "resource"), [("GET", SESSION), ("PUT", STATUS), ("DELETE", SESSION)]
)
@given(data=st.data(), status=st.sampled_from(["Initial", "Ringing", "Connected", "Hold"]))
@effort(20)
def test_any_events_of_a_call(method: str, resource: str, status: str, data: st.DataObject) -> None:
    call = a_call(status)
    party = st.sampled_from([ALICE, BOB]).map(a_context)

    for event in data.draw(st.lists(events(resource, st.just(call), party), max_size=8)):
        answer(method, resource, event)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@given(data=st.data())
@effort(40)
def test_any_events_of_a_device(method: str, data: st.DataObject) -> None:
    if registration_id(ALICE) not in registration_store().of_subscriber(ALICE_KEY).registrations:
        register(ALICE)
    device = st.just(registration_id(ALICE))
    caller = st.builds(a_context)

    answer(method, REGISTRATION, data.draw(events(REGISTRATION, device, caller)))


@given(event=events(REGISTRATIONS, caller=st.builds(a_context)))
@effort(50)
def test_any_device(event: dict[str, Any]) -> None:
    answer("POST", REGISTRATIONS, event)
    answer("GET", REGISTRATIONS, event)


@given(event=events(SUBSCRIPTIONS, caller=st.builds(a_context)))
@effort(50)
def test_any_new_subscription(messaging: Messaging, event: dict[str, Any]) -> None:
    del messaging
    _forget(audience_key(ALICE_KEY))

    answer("POST", SUBSCRIPTIONS, event)
    answer("GET", SUBSCRIPTIONS, event)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@given(data=st.data())
@effort(40)
def test_any_events_of_a_subscription(
    messaging: Messaging, method: str, data: st.DataObject
) -> None:
    del messaging
    known = a_subscription()
    _forget(audience_key(known.subscriber_key), key(known.subscriber_key, known.subscription_id))
    subscription_store().create(known, (), NOW)
    # The second is what their audience is stored as.
    subscription = st.sampled_from([known.subscription_id, "audience"])
    caller = st.builds(a_context)

    answer(method, SUBSCRIPTION, data.draw(events(SUBSCRIPTION, subscription, caller)))


def _forget(*keys: dict[str, Any]) -> None:
    for each in keys:
        dynamodb_client().delete_item(TableName=settings().subscriptions_table, Key=each)


@given(event=events(SESSIONS, caller=st.builds(a_context)))
@effort(50)
def test_any_call(event: dict[str, Any]) -> None:
    answer("POST", SESSIONS, event)
