"""What the gateway says by itself.

The embedded one can be brought to refuse tokens, paths and methods, to throttle and to find its
authorizer broken. It limits no request's size or time, checks no signature or quota, and words a
function that breaks down in its own way: for those the answers it was given are looked at.
"""

import json
import re

import pytest

from tests.support.api import SESSION, STATUS
from tests.support.stack.aws import Aws
from tests.support.stack.faults import broken_authorizer, throttled
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.subscriber import REGISTRATIONS, Line
from tests.support.template import gateway_responses, routes

OPERATIONS = [
    (route.method, re.sub(r"{\w+}", "unknown", route.path))
    for route in sorted(routes())
    if route.path != "/"
]
NOT_TOKENS: list[dict[str, str]] = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer garbage"},
    {"Authorization": "Bearer a.b"},
    {"Authorization": "Bearer a.b.c"},
    {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="},
    {"Authorization": "Basic a.b.c"},
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_401_for_what_is_no_token(api: EmbeddedApi, method: str, path: str) -> None:
    for credentials in NOT_TOKENS:
        refused = api.request(method, path, {"x-correlator": "c-1", **credentials})

        assert refused.code == (401, "UNAUTHENTICATED")
        assert refused.headers["x-correlator"] == "c-1"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/unknown"),
        ("DELETE", "/webrtc"),
        ("GET", "/webrtc/session"),
        ("GET", "/webrtc/sessions/unknown/unknown"),
        ("PATCH", "/webrtc/sessions/unknown"),
        ("PUT", "/webrtc/sessions/unknown"),
        ("POST", "/webrtc/sessions/unknown"),
        ("PUT", "/webrtc/sessions"),
        ("GET", "/webrtc/sessions/unknown/status"),
        ("DELETE", "/webrtc/sessions/unknown/status"),
        ("OPTIONS", "/webrtc/sessions"),
        ("GET", "/webrtc-call-handling"),
        ("GET", "/webrtc-registration/sessions"),
        ("PATCH", REGISTRATIONS),
        ("GET", f"{REGISTRATIONS}/unknown/status"),
    ],
)
def test_404_for_an_unknown_path_or_method(line: Line, method: str, path: str) -> None:
    assert line.alice.send(method, path, correlator="c-1").code == (404, "NOT_FOUND")


@pytest.mark.alone
def test_429_when_it_throttles(line: Line, aws: Aws) -> None:
    call = line.call()
    with throttled(aws, "DELETE", SESSION), throttled(aws, "PUT", STATUS):
        for refused in (
            line.alice.delete(call, correlator="c-1"),
            line.bob.put(call, "Ringing", correlator="c-1"),
        ):
            assert refused.code == (429, "TOO_MANY_REQUESTS")
            assert refused.headers["x-correlator"] == "c-1"

    assert line.alice.status_of(call) == "Initial"


@pytest.mark.alone
def test_503_when_no_token_can_be_judged(line: Line, aws: Aws) -> None:
    call = line.call()
    not_seen_before = line.alice.with_token(expires_in=60)
    with broken_authorizer(aws):
        refused = not_seen_before.delete(call, correlator="c-1")

    assert refused.code == (503, "UNAVAILABLE")
    assert refused.headers["x-correlator"] == "c-1"
    assert not_seen_before.delete(call).status == 204


def test_every_answer_of_its_own_is_deployed_as_the_template_has_it(aws: Aws) -> None:
    deployed = {
        response["responseType"]: (
            int(response["statusCode"]),
            response["responseParameters"],
            {kind: json.loads(text) for kind, text in response["responseTemplates"].items()},
        )
        for response in aws.client("apigateway").get_gateway_responses(restApiId=aws.api_id)[
            "items"
        ]
    }

    assert deployed == {
        response_type: (
            response.status,
            {f"gatewayresponse.header.{name}": value for name, value in response.headers.items()},
            {"application/json": response.body},
        )
        for response_type, response in gateway_responses().items()
    }
