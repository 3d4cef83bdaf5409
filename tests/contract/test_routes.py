"""The document's operations are the template's routes, and ask for the scopes that are checked."""

import pytest

from tests.support.api import Answer, invoke
from tests.support.openapi import operations
from tests.support.template import routes

FUNCTIONS = {
    "createSession": "CreateSession",
    "getSessionDetailsById": "GetSessionDetailsById",
    "getSessionWithoutId": "GetSessionDetailsById",
    "deleteSessionById": "DeleteSessionById",
    "deleteSessionWithoutId": "DeleteSessionById",
    "updateSessionStatus": "UpdateSessionStatus",
}
SCOPES = {
    "webrtc-call-handling:sessions:create",
    "webrtc-call-handling:sessions:read",
    "webrtc-call-handling:sessions:write",
    "webrtc-call-handling:sessions:delete",
}
IN_THE_YEAR_5138 = "99999999999"


def _documented_scope(route: tuple[str, str]) -> str:
    [requirement] = operations()[route]["security"]
    [scope] = requirement["openId"]
    assert scope in SCOPES
    return str(scope)


def _answer(route: tuple[str, str], scopes: set[str]) -> Answer:
    """Call the operation, with an x-correlator that it refuses as soon as the scope is checked."""
    context = {"exp": IN_THE_YEAR_5138, "scope": " ".join(scopes)}
    return invoke(*route, context=context, correlator="not allowed")


def test_the_document_has_the_routes_of_the_template() -> None:
    documented = {
        (method, path, FUNCTIONS[operation["operationId"]])
        for (method, path), operation in operations().items()
    }

    assert documented == routes()


@pytest.mark.parametrize("route", operations(), ids=" ".join)
def test_all_other_scopes_are_not_enough(route: tuple[str, str]) -> None:
    answer = _answer(route, SCOPES - {_documented_scope(route)})

    assert answer.code == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("route", operations(), ids=" ".join)
def test_the_documented_scope_is_enough(route: tuple[str, str]) -> None:
    answer = _answer(route, {_documented_scope(route)})

    assert answer.code == (400, "INVALID_ARGUMENT")
