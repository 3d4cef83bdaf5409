"""The payloads and variables for ``sam local invoke`` fit the template."""

import pytest

from call_handling.item import session_from
from camara.identity import client_key, subscriber_key
from events.item import subscription_from
from events.notification import Notification
from registration.item import number_owner, register_from
from tests.runtime.events import EVENTS, FUNCTIONS, event, variables_of
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.template import properties, routes, template


def test_each_function_has_a_payload_and_nothing_else_has() -> None:
    assert sorted(file.stem for file in EVENTS.glob("*.json")) == sorted([*FUNCTIONS, "env"])


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_sets_only_variables_that_the_template_declares(logical_id: str) -> None:
    # `sam local invoke` ignores any other.
    declared = template()["Globals"]["Function"]["Environment"]["Variables"].keys()
    own = properties(logical_id).get("Environment", {}).get("Variables", {}).keys()

    assert variables_of(logical_id).keys() <= declared | own


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_sets_variables_that_the_template_takes_from_a_deployment(logical_id: str) -> None:
    # Locally a reference to a table is its logical id, and the issuer has no default.
    own = properties(logical_id).get("Environment", {}).get("Variables", {})

    assert own.keys() <= variables_of(logical_id).keys()
    assert variables_of(logical_id).get("SESSIONS_TABLE", TABLE) == TABLE
    assert variables_of(logical_id).get("REGISTRATIONS_TABLE", REGISTRATIONS) == REGISTRATIONS
    assert variables_of(logical_id).get("SUBSCRIPTIONS_TABLE", SUBSCRIPTIONS) == SUBSCRIPTIONS


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


def test_the_registration_that_has_ended_is_one_of_the_caller_of_the_other_payloads() -> None:
    (record,) = event("EndSessionsOfRegistration")["Records"]
    change = record["dynamodb"]
    (ended,) = register_from(change["Keys"]["owner"]["S"], change["NewImage"]).ended
    caller = event("CreateSession")["requestContext"]["authorizer"]

    assert change["Keys"]["owner"]["S"] == number_owner(subscriber_key(caller["phone_number"]))
    assert ended.registration.client == client_key(caller["client_id"])
    assert ended.registration.registration_id == event("CreateSession")["headers"]["registrationId"]
    assert f'"{ended.registration.device_id}"' in event("RegistrationApi")["body"]
    assert event("PublishRegistrationEnds") == event("EndSessionsOfRegistration")


def test_the_events_are_of_the_call_and_the_device_of_the_other_payloads() -> None:
    call = event("CreateSession")
    caller = call["requestContext"]["authorizer"]
    (changed,) = event("PublishSessionEvents")["Records"]
    session = session_from(changed["dynamodb"]["NewImage"])
    assert (
        session.media_session_id
        == event("GetSessionDetailsById")["pathParameters"]["mediaSessionId"]
    )
    assert session.registration_id == call["headers"]["registrationId"]
    assert session.originator == subscriber_key(caller["phone_number"])

    (ended,) = event("PublishSubscriptionEnds")["Records"]
    subscription = subscription_from(ended["dynamodb"]["NewImage"])
    assert (subscription.number, subscription.client) == (
        subscriber_key(caller["phone_number"]),
        client_key(caller["client_id"]),
    )
    for name in ("SubscriptionApi", "RegistrationApi"):
        assert f'"{subscription.device_id}"' in event(name)["body"]
    (message,) = event("DeliverNotification")["Records"]
    notification = Notification.from_json(message["body"])
    assert notification.subscription_id == subscription.subscription_id
    assert notification.media_session_id == session.media_session_id
    assert message["attributes"]["MessageGroupId"] == subscription.subscription_id
