"""The payloads and variables for ``sam local invoke`` fit the template."""

from typing import Any

import pytest

from call_handling.item import session_from, session_item
from camara.actor import Actor
from camara.caller import Caller
from notifications.item import subscription_from, subscription_item
from notifications.notification import Notification, message_from
from registration.item import register_from, register_item, subscriber_owner
from tests.support.payloads import EVENTS, FUNCTIONS, declared, event, variables
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.template import routes


def test_each_function_has_a_payload_and_nothing_else_has() -> None:
    """A second payload of a function is named after its event source, too."""
    payloads = {file.stem.partition("-")[0] for file in EVENTS.glob("*.json")}

    assert payloads == {*FUNCTIONS, "env"}


def test_the_variables_are_all_those_of_the_template_and_no_others() -> None:
    """SAM passes over what no function declares; a reference it cannot resolve is a logical id."""
    assert variables().keys() == set().union(*map(declared, FUNCTIONS))


def test_the_tables_are_those_of_the_tests() -> None:
    tables = ("SESSIONS_TABLE", "REGISTRATIONS_TABLE", "SUBSCRIPTIONS_TABLE")

    assert [variables()[table] for table in tables] == [TABLE, REGISTRATIONS, SUBSCRIPTIONS]


@pytest.mark.parametrize("logical_id", sorted({route.function for route in routes()}))
def test_is_a_request_that_the_gateway_routes_to_the_function(logical_id: str) -> None:
    payload = event(logical_id)
    route = (payload["httpMethod"], payload["resource"], logical_id)
    context = payload["requestContext"]
    identifiers = payload["pathParameters"] or {}

    assert route in routes()
    assert payload["path"] == payload["resource"].format(**identifiers)
    assert context["path"] == f"/camara{payload['path']}"
    assert (context["httpMethod"], context["resourcePath"]) == route[:2]


def acting(logical_id: str) -> Actor:
    """Return whose token is in a payload."""
    claims = event(logical_id)["requestContext"]["authorizer"]
    return Actor.of(Caller.from_context(claims, "phone_number", now=0))


def image(logical_id: str, name: str = "NewImage") -> dict[str, Any]:
    """Return what the only record of a payload shows."""
    (record,) = event(logical_id)["Records"]
    shown: dict[str, Any] = record["dynamodb"][name]
    return shown


def test_a_stream_shows_items_as_they_are_stored() -> None:
    session, register = image("PublishEvents"), image("EndSessionsOfRegistration")
    stored = register_from(register["owner"]["S"], register)
    write_id, ended_at = register["writeId"]["S"], stored.ended[-1].at

    assert session_item(session_from(session)) == session
    assert register_item(stored, write_id, ended_at) == register
    for name in ("NewImage", "OldImage"):
        subscription = image("PublishEvents-SubscriptionEnded", name)
        written = {"writeId": subscription["writeId"]}
        assert subscription_item(subscription_from(subscription)) | written == subscription


def test_the_registration_that_has_ended_is_one_of_the_caller_of_the_other_payloads() -> None:
    register = image("EndSessionsOfRegistration")
    (ended,) = register_from(register["owner"]["S"], register).just_ended
    caller = acting("CreateSession")

    assert register["owner"]["S"] == subscriber_owner(caller.subscriber_key or "")
    assert ended.registration.is_of(caller)
    assert (ended.registration.client, ended.registration.user) == (caller.client, caller.user)
    assert ended.registration.registration_id == event("CreateSession")["headers"]["registrationId"]
    assert f'"{ended.registration.device_id}"' in event("RegistrationApi")["body"]


def test_the_events_are_of_the_call_and_the_device_of_the_other_payloads() -> None:
    caller, receiver = acting("CreateSession"), acting("UpdateSessionStatus")
    session = session_from(image("PublishEvents"))
    legs = session.legs
    assert (
        session.media_session_id
        == event("GetSessionDetailsById")["pathParameters"]["mediaSessionId"]
    )
    assert legs.registration_id == event("CreateSession")["headers"]["registrationId"]
    assert (legs.originator, legs.caller_actor) == (caller.subscriber_key, caller.key)
    assert (legs.receiver, [*legs.actors]) == (receiver.subscriber_key, [receiver.key])

    subscription = subscription_from(image("PublishEvents-SubscriptionEnded"))
    assert (subscription.subscriber_key, subscription.actor) == (caller.subscriber_key, caller.key)
    assert subscription.device == legs.caller
    for name in ("SubscriptionApi", "RegistrationApi"):
        assert f'"{subscription.device_id}"' in event(name)["body"]
    (message,) = event("DeliverNotification")["Records"]
    notification = message_from(message["body"])
    assert isinstance(notification, Notification)
    assert notification.subscription_id == subscription.subscription_id
    assert notification.media_session_id == session.media_session_id
    assert notification.deduplication_id == message["attributes"]["MessageDeduplicationId"]
    assert notification.device == message["attributes"]["MessageGroupId"] == subscription.device


def test_who_reads_the_same_gets_the_same() -> None:
    (message,), (probe,) = (event(name)["Records"] for name in ("DeliverNotification", "ProbeSink"))

    assert probe["body"] == message["body"]
    assert event("PublishToSessionsBus") == event("PublishEvents")
