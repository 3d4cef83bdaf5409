"""The API without a gateway: an event in, the handler that the template routes it to, its answer.

Every answer is held against ``infra/openapi.yaml`` before a test sees it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from secrets import token_hex
from typing import Any

from tests.support.builders import ALICE, BOB, a_call_request, a_context, registration_id
from tests.support.contract import check_response
from tests.support.lambda_context import a_lambda_context
from tests.support.template import properties, routes

SESSIONS = "/webrtc/sessions"
SESSION = "/webrtc/sessions/{mediaSessionId}"
STATUS = "/webrtc/sessions/{mediaSessionId}/status"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """A response; ``body`` is parsed."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> tuple[int, str | None]:
        """Status and CAMARA error code."""
        return self.status, self.body["code"] if self.status >= 400 else None


@dataclass(frozen=True)
class Raw:
    """A body that is sent as it stands."""

    text: str | None
    content_type: str = "application/json"
    is_base64: bool = False


def invoke(
    method: str,
    resource: str,
    path_id: str | None = None,
    *,
    query: Mapping[str, list[str]] | None = None,
    body: Any = None,
    context: Any = None,
    correlator: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send a request; ``context`` is the authorizer's (Alice's if not said).

    ``path_id`` is what the resource has a parameter for, if it has one. A final slash is one of the
    path only, as with the gateway.
    """
    path, resource = resource, resource.rstrip("/")
    raw = body if isinstance(body, Raw) else Raw(None if body is None else json.dumps(body))
    event = {
        "httpMethod": method,
        "resource": resource,
        "path": path,
        "headers": dict(headers or {})
        | ({"Content-Type": raw.content_type} if raw.text is not None else {})
        | ({"x-correlator": correlator} if correlator is not None else {}),
        "pathParameters": None if path_id is None else {_id_name(resource): path_id},
        "queryStringParameters": {name: values[-1] for name, values in query.items()}
        if query
        else None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "authorizer": a_context() if context is None else context,
            "path": "/camara" + path,
            "requestId": "chosen-by-the-client",
            # Of digits and a to f only: it is random, and is not to spell a name.
            "extendedRequestId": f"{token_hex(7)}=",
        },
        "body": raw.text,
        "isBase64Encoded": raw.is_base64,
    }
    response = _handler(method, resource)(event, a_lambda_context())
    check_response(method, resource, response["statusCode"], response["headers"], response["body"])
    return Answer(
        response["statusCode"],
        response["headers"],
        json.loads(response["body"]) if response["body"] else None,
    )


def _id_name(resource: str) -> str:
    (name,) = re.findall(r"{(\w+)}", resource)
    return str(name)


def _handler(method: str, resource: str) -> Any:
    (function,) = {
        route.function for route in routes() if (route.method, route.path) == (method, resource)
    }
    module, _, name = properties(function)["Handler"].rpartition(".")
    return getattr(import_module(module), name)


def post(subscriber: Any = ALICE, body: Any = None, **request: Any) -> Answer:
    """Invoke createSession."""
    request.setdefault("headers", {"registrationId": registration_id(subscriber)})
    request.setdefault("context", a_context(subscriber))
    return invoke("POST", SESSIONS, body=a_call_request() if body is None else body, **request)


def get(subscriber: Any, media_session_id: str | None, **request: Any) -> Answer:
    """Invoke getSessionDetailsById."""
    request.setdefault("context", a_context(subscriber))
    return invoke("GET", SESSION, media_session_id, **request)


def delete(subscriber: Any, media_session_id: str | None, **request: Any) -> Answer:
    """Invoke deleteSessionById."""
    request.setdefault("context", a_context(subscriber))
    return invoke("DELETE", SESSION, media_session_id, **request)


def put(subscriber: Any, media_session_id: str | None, status: Any, **request: Any) -> Answer:
    """Invoke updateSessionStatus; ``status`` alone, or a whole body."""
    request.setdefault("context", a_context(subscriber))
    body = {"status": status} if isinstance(status, str) else status
    return invoke("PUT", STATUS, media_session_id, body=body, **request)


def a_call(status: str = "Ringing") -> str:
    """Place a call from Alice to Bob and bring it to a live ``status``; return its id."""
    media_session_id: str = post().body["mediaSessionId"]
    steps: dict[str, list[Any]] = {
        "Initial": [],
        "Connected": [_answered()],
        "Hold": [_answered(), "Hold"],
        "Resume": [_answered(), "Hold", "Resume"],
    }
    for step in steps.get(status, [status]):
        assert put(BOB, media_session_id, step).status == 200
    return media_session_id


def _answered() -> dict[str, Any]:
    return {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
