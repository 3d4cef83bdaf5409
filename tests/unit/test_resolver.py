"""The operation of the event's method and resource, and the event as the gateway sent it."""

from typing import Any

import pytest

from http_api.resolver import resolved
from http_api.response import Response, json_response, no_content

THINGS = "/things/v0.4/all"
THING = THINGS + "/{thingId}"
NOT_FOUND = {"status": 404, "code": "NOT_FOUND", "message": "The specified resource is not found."}


class Operations:
    """Answers with what its routes were called with."""

    def __init__(self) -> None:
        self.called: list[tuple[str, Any, Any]] = []
        self.handler = resolved(
            {
                ("GET", THINGS): self._named("list", json_response(200, [], Location="/a, b")),
                ("GET", THING): self._named("read", json_response(200, {"ä": 1})),
                ("DELETE", THING): self._named("delete", no_content()),
            }
        )

    def _named(self, name: str, response: Response) -> Any:
        def operate(event: Any, context: Any) -> Response:
            self.called.append((name, event, context))
            return response

        return operate


def an_event(method: str, resource: str, path: str = "/base/else/where") -> dict[str, Any]:
    return {"httpMethod": method, "resource": resource, "path": path, "headers": None}


@pytest.mark.parametrize(
    ("method", "resource", "name"),
    [("GET", THINGS, "list"), ("GET", THING, "read"), ("DELETE", THING, "delete")],
)
def test_the_resource_decides_and_not_the_path(method: str, resource: str, name: str) -> None:
    operations = Operations()
    event = an_event(method, resource)

    operations.handler(event, "context")

    [(called, passed, context)] = operations.called
    assert (called, context) == (name, "context")
    assert passed is event
    assert event == an_event(method, resource)


def test_the_answer_is_the_operations() -> None:
    handler = Operations().handler

    assert handler(an_event("GET", THINGS), None) == json_response(200, [], Location="/a, b")
    assert handler(an_event("GET", THING), None) == json_response(200, {"ä": 1})
    assert handler(an_event("DELETE", THING), None) == no_content()


@pytest.mark.parametrize(
    "event",
    [
        an_event("POST", THING),
        an_event("GET", "/elsewhere", path=THINGS),
        an_event("GET", THINGS.replace(".", "x")),
        an_event("GET", THINGS + "/7"),
        {"httpMethod": "GET", "path": THINGS},
        {"resource": THINGS},
        {"httpMethod": ["GET"], "resource": {THINGS: {}}},
        {},
        None,
        "event",
    ],
)
def test_what_is_no_route_is_not_found(event: Any) -> None:
    operations = Operations()

    assert operations.handler(event, None) == json_response(404, NOT_FOUND)
    assert operations.called == []


def test_no_event_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_DEV", "true")

    Operations().handler(an_event("GET", THING), None)

    assert capsys.readouterr() == ("", "")
