"""Document and template have the operations that the functions declare, and their scopes."""

import pytest

from camara.scope import ALL_SCOPES
from tests.support.api import Answer, invoke
from tests.support.declared import declared
from tests.support.openapi import camaras_operation_ids, documented, operations, paths_of
from tests.support.template import routes

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
    return scopes


def _answer(route: tuple[str, str], scopes: set[str]) -> Answer:
    """Call the operation, with an x-correlator that it refuses as soon as the scope is checked."""
    context = {"exp": IN_THE_YEAR_5138, "scope": " ".join(scopes)}
    return invoke(*route, context=context, correlator="not allowed")


def test_the_document_has_what_the_functions_declare() -> None:
    documented_operations = {
        (operation["operationId"], *route, frozenset(_documented_scopes(route)))
        for route, operation in operations().items()
        if operation["operationId"] in camaras_operation_ids()
    }

    assert documented_operations == {
        (each.operation_id, each.method, each.path, frozenset(each.scopes))
        for _, each in declared().values()
    }


def test_the_document_has_all_scopes_and_no_others() -> None:
    assert set.union(*map(_documented_scopes, operations())) == set(ALL_SCOPES)


def test_the_template_has_the_routes_of_the_document() -> None:
    """Also without an id: the function is the one that takes these scopes."""
    functions = {frozenset(each.scopes): function for function, each in declared().values()}
    expected = {
        (method, path, functions[frozenset(_documented_scopes((method, written)))])
        for method, written in operations()
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
    answer = _answer(route, set(ALL_SCOPES) - _documented_scopes(route))

    assert answer.code == (403, "PERMISSION_DENIED")


@every_route
def test_each_documented_scope_is_enough(route: tuple[str, str]) -> None:
    for scope in _documented_scopes(route):
        assert _answer(route, {scope}).code == (400, "INVALID_ARGUMENT")
