"""The operation of the event's method and resource, and the one of a function that has one."""

import io
import json
from typing import Any

import pytest

from camara.caller import Caller
from http_api.operation import Dispatcher, Operation, operation
from http_api.request import Request
from http_api.response import Response, json_response, no_content
from tests.support.builders import a_context
from tests.support.emf import metrics_in
from tests.support.lambda_context import a_lambda_context

THINGS = "/things/v0.4/all"
THING = THINGS + "/{thingId}"
NOT_FOUND = {"status": 404, "code": "NOT_FOUND", "message": "The specified resource is not found."}


def an_operation(operation_id: str, method: str, path: str) -> Operation:
    """Answers with its name and, if its path has one, with the id."""

    @operation(operation_id, method, path, "things:all")
    def serve(request: Request, caller: Caller) -> Response:
        assert caller.client_id == "client-1"
        things = [request.path_id("thingId")] if "{" in path else []  # type: ignore[arg-type]
        return json_response(200, [operation_id, *things])

    return serve


LIST = an_operation("list", "GET", THINGS)
READ = an_operation("read", "GET", THING)
DELETE = an_operation("delete", "DELETE", THING)
STATUS = an_operation("status", "PUT", THING + "/status")
ALL = Dispatcher(LIST, READ, DELETE, STATUS)


def an_event(method: Any, resource: Any, thing: str | None = None) -> dict[str, Any]:
    return {
        "httpMethod": method,
        "resource": resource,
        "path": "/base/else/where",
        "headers": None,
        "pathParameters": thing and {"thingId": thing},
        "requestContext": {"authorizer": a_context(scope="things:all")},
    }


def answer(handler: Dispatcher, event: Any) -> Response:
    return handler(event, a_lambda_context())


@pytest.fixture(autouse=True)
def _any_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aws.log.shown_id", lambda _, value: value)


@pytest.mark.parametrize(
    ("event", "served"),
    [
        (an_event("GET", THINGS), ["list"]),
        (an_event("GET", THING, "7"), ["read", "7"]),
        (an_event("DELETE", THING, "7"), ["delete", "7"]),
        (an_event("PUT", THING + "/status", "7"), ["status", "7"]),
    ],
)
def test_the_resource_decides_and_not_the_path(event: dict[str, Any], served: list[str]) -> None:
    assert answer(ALL, event) == json_response(200, served)


@pytest.mark.parametrize(
    "event", [an_event("DELETE", THINGS), an_event("PUT", THINGS + "/status")], ids=str
)
def test_without_its_id_an_operation_refuses(event: dict[str, Any]) -> None:
    response = answer(ALL, event)

    assert response["statusCode"] == 400
    assert '"INVALID_ARGUMENT"' in response["body"]


@pytest.mark.parametrize(
    "event",
    [
        an_event("POST", THING),
        an_event("GET", "/elsewhere"),
        an_event("GET", THINGS.replace(".", "x")),
        an_event("GET", THINGS + "/7"),
        an_event("GET", None),
        an_event(None, THINGS),
        an_event(["GET"], {THINGS: {}}),
        {},
        None,
        "event",
    ],
    ids=str,
)
def test_what_is_no_route_is_not_found(event: Any) -> None:
    assert answer(ALL, event) == json_response(404, NOT_FOUND)


def test_what_is_no_route_is_logged_and_counted_as_no_operation(
    logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under a name of its own: a client may have made up the method and the path."""
    answer(ALL, an_event("GET", "/+12025550101"))

    line = json.loads(logged.getvalue())
    assert (line["message"], line["code"]) == ("unknownOperation", "NOT_FOUND")
    [metric] = metrics_in(capsys.readouterr().out)
    assert dict(metric.dimensions) == {
        "service": "tested",
        "operation": "unknownOperation",
        "code": "NOT_FOUND",
    }


@pytest.mark.parametrize("event", [an_event("GET", THING, "7"), an_event("PUT", "/x", "7")])
def test_a_function_of_one_operation_serves_whatever_the_gateway_sends(event: Any) -> None:
    assert answer(Dispatcher(READ), event) == json_response(200, ["read", "7"])


def test_an_operation_can_be_called_without_what_is_around_it() -> None:
    @operation("nothing", "DELETE", THING, "a scope that nobody has")
    def delete_thing(request: Request, caller: Caller) -> Response:
        del request, caller
        return no_content()

    assert delete_thing(Request({}), Caller(None, None, None, frozenset())) == no_content()
    assert delete_thing.scopes == ("a scope that nobody has",)


def test_whose_tokens_there_are_is_configured(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    monkeypatch.delenv("SUBSCRIBER_CLAIM")

    assert answer(ALL, an_event("GET", THINGS))["statusCode"] == 500
    configuration, line = map(json.loads, logged.getvalue().splitlines())
    assert configuration["variables"] == ["SUBSCRIBER_CLAIM"]
    assert (line["message"], line["fault"]) == ("list", "Misconfigured")
