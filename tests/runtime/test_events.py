"""The payloads and variables for ``sam local invoke`` fit the template."""

import pytest

from camara.identity import client_key, subscriber_key
from registration.item import number_owner, register_from
from tests.runtime.events import EVENTS, FUNCTIONS, event, variables_of
from tests.support.table import REGISTRATIONS, TABLE
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
