"""The document's operations are the template's routes, and ask for the scopes that are checked."""

import pytest

from tests.support.api import Answer, invoke
from tests.support.openapi import documented, operations, paths_of
from tests.support.template import routes

FUNCTIONS = {
    "createSession": "CreateSession",
    "getSessionDetailsById": "GetSessionDetailsById",
    "getSessionWithoutId": "GetSessionDetailsById",
    "deleteSessionById": "DeleteSessionById",
    "deleteSessionWithoutId": "DeleteSessionById",
    "updateSessionStatus": "UpdateSessionStatus",
    "updateSessionStatusWithoutId": "UpdateSessionStatus",
    "getSessionStatusWithoutId": "GetSessionDetailsById",
    "deleteSessionStatusWithoutId": "DeleteSessionById",
    "createRegistration": "RegistrationApi",
    "getRegistrationsByDeviceId": "RegistrationApi",
    "getRegistrationById": "RegistrationApi",
    "updateRegistrationById": "RegistrationApi",
    "updateRegistrationWithoutId": "RegistrationApi",
    "deleteRegistrationById": "RegistrationApi",
    "deleteRegistrationWithoutId": "RegistrationApi",
    "createNotificationChannelSubscription": "SubscriptionApi",
    "retrieveNotificationChannelSubscriptionList": "SubscriptionApi",
    "retrieveNotificationChannelSubscription": "SubscriptionApi",
    "updateNotificationChannelSubscription": "SubscriptionApi",
    "updateSubscriptionWithoutId": "SubscriptionApi",
    "deleteNotificationChannelSubscription": "SubscriptionApi",
    "deleteSubscriptionWithoutId": "SubscriptionApi",
}
SCOPES = {
    "webrtc-call-handling:sessions:create",
    "webrtc-call-handling:sessions:read",
    "webrtc-call-handling:sessions:write",
    "webrtc-call-handling:sessions:delete",
    "webrtc-registration:sessions:create",
    "webrtc-registration:sessions:read",
    "webrtc-registration:sessions:write",
    "webrtc-registration:sessions:delete",
    "webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.session-status:create",
    "webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.session-invitation:create",
    "webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.registration-ends:create",
    "webrtc-events-subscriptions:read",
    "webrtc-events-subscriptions:update",
    "webrtc-events-subscriptions:delete",
}
ROUTES = sorted({(route.method, route.path) for route in routes()})
every_route = pytest.mark.parametrize("route", ROUTES, ids=" ".join)
SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
IN_THE_YEAR_5138 = "99999999999"


def _documented_scopes(route: tuple[str, str]) -> set[str]:
    """Return the scopes of which one is enough."""
    method, path = route
    scopes = set()
    for requirement in operations()[method, documented(path)]["security"]:
        [scope] = requirement["openId"]
        scopes.add(scope)
    assert scopes
    assert scopes <= SCOPES
    return scopes


def _answer(route: tuple[str, str], scopes: set[str]) -> Answer:
    """Call the operation, with an x-correlator that it refuses as soon as the scope is checked."""
    context = {"exp": IN_THE_YEAR_5138, "scope": " ".join(scopes)}
    return invoke(*route, context=context, correlator="not allowed")


def test_the_document_has_the_routes_of_the_template() -> None:
    expected = {
        (method, path, FUNCTIONS[operation["operationId"]])
        for (method, written), operation in operations().items()
        for path in paths_of(written)
    }

    assert expected == routes()


def test_calls_are_served_under_camaras_path_too() -> None:
    assert paths_of("/webrtc/sessions") == {
        "/webrtc/sessions",
        "/webrtc-call-handling/v0.4/sessions",
    }
    assert documented("/webrtc-call-handling/v0.4/sessions") == "/webrtc/sessions"
    for path in ("/webrtc/sessions", "/webrtc-registration/v0.4/sessions", SUBSCRIPTIONS):
        assert documented(path) == path


@every_route
def test_all_other_scopes_are_not_enough(route: tuple[str, str]) -> None:
    answer = _answer(route, SCOPES - _documented_scopes(route))

    assert answer.code == (403, "PERMISSION_DENIED")


@every_route
def test_each_documented_scope_is_enough(route: tuple[str, str]) -> None:
    for scope in _documented_scopes(route):
        assert _answer(route, {scope}).code == (400, "INVALID_ARGUMENT")
