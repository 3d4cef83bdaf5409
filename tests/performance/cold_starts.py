"""Cold starts of the other operations and of the authorizer, each with its first invocation.

As in ``cold_init``, whose bare handler is the floor of every operation: one ``update_item``. The
usual way is a function for each operation, Powertools and pydantic, that sends a single request
where ours may send two. What DynamoDB answers was noted before; the authorizer's settings and keys
are on loopback, too.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from importlib import import_module
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

from werkzeug.wrappers import Response

from aws import clock
from tests.performance import ROOT
from tests.performance import handlers as usual_handlers
from tests.performance.artifact import unpacked, usual_libraries
from tests.performance.canned_dynamodb import CannedDynamoDB
from tests.performance.canned_server import canned_server
from tests.performance.cold_init import HANDLERS, compile_runtime
from tests.performance.delete_request import delete_payload
from tests.performance.environment import function_environment
from tests.performance.recorded_dynamodb import RecordedDynamoDB, recording
from tests.performance.result import Result, of_medians
from tests.performance.runtime_emulator import Function, cold_start
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.support.builders import ALICE, BOB
from tests.support.lambda_context import a_lambda_context
from tests.support.serving import served
from tests.support.template import properties
from tests.support.tokens import AUDIENCE, ISSUER, a_token, rsa_jwk

_ROUNDS = 9
_CALLER, _RECEIVER = "+12025550104", "+12025550105"
"""Nobody of the tests, whose devices are registered at another time."""
_LONG_ENOUGH = {"RING_TIMEOUT_SECONDS": "86400", "SETUP_TIMEOUT_SECONDS": "86400"}
_USUAL = {
    "RegistrationApi": "usual_registration",
    "CreateSession": "usual_create_session",
    "UpdateSessionStatus": "usual_update_session",
    "GetSessionDetailsById": "usual_get_session",
    "JwtAuthorizer": "usual_authorizer",
}
_WHAT = {
    "RegistrationApi": "createRegistration (RegistrationApi)",
    "CreateSession": "createSession",
    "UpdateSessionStatus": "updateSessionStatus",
    "GetSessionDetailsById": "getSessionDetailsById",
    "JwtAuthorizer": "authorizer, with the fetch of settings and keys",
}

type _Answer = dict[str, Any]


class _Recorded(NamedTuple):
    """A request as the function gets it, and what DynamoDB answers to it."""

    payload: bytes
    dynamodb: RecordedDynamoDB


class _Subject(NamedTuple):
    """What is started: a function, its first request, and how to tell that it was done."""

    function: Function
    payload: bytes
    done: Callable[[_Answer], bool]


def measure() -> Iterator[Result]:
    """Start all of them in turns."""
    compile_runtime()
    with ExitStack() as until_the_end:
        subjects = dict(_subjects(until_the_end))
        samples: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(_ROUNDS):
            for name, subject in subjects.items():
                start = cold_start(subject.function, subject.payload)
                assert subject.done(json.loads(start.answer)), start
                samples[name].append(start.init + start.first_invocation)
    for function in _USUAL:
        yield _result(function, samples)


def _result(function: str, samples: Mapping[str, list[float]]) -> Result:
    of_subjects = {"usual": samples[f"{function} usual"], "value": samples[function]}
    if function != "JwtAuthorizer":
        of_subjects["floor"] = samples["floor"]
    gain = median(of_subjects["usual"]) / median(of_subjects["value"])
    return of_medians(
        f"cold-starts.{function}",
        f"cold start with the first invocation, {_WHAT[function]}",
        "ms",
        of_subjects,
        notes=[f"the usual way / ours: {gain:.2f}"],
    )


def _subjects(until_the_end: ExitStack) -> Iterator[tuple[str, _Subject]]:
    """Yield what is started by name; servers serve until the end."""
    artifact, usual = unpacked(), usual_libraries()
    recorded, floor = _recorded()

    def both(
        logical_id: str, payload: bytes, done: Callable[[_Answer], bool], **variables: str
    ) -> Iterator[tuple[str, _Subject]]:
        # A task root on Lambda is read-only.
        environment = function_environment(logical_id) | variables
        environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
        handler = f"{usual_handlers.__name__}.{_USUAL[logical_id]}.handler"
        libraries = environment | {"PYTHONPATH": str(usual)}
        yield f"{logical_id} usual", _Subject(Function(handler, ROOT, libraries), payload, done)
        ours = Function(properties(logical_id)["Handler"], artifact, environment)
        yield logical_id, _Subject(ours, payload, done)

    url = until_the_end.enter_context(canned_server(floor))
    bare = Function(
        "floor.handler", HANDLERS, function_environment() | {"AWS_ENDPOINT_URL_DYNAMODB": url}
    )
    yield "floor", _Subject(bare, delete_payload(), _succeeded)
    for logical_id, (payload, dynamodb) in recorded.items():
        url = until_the_end.enter_context(canned_server(dynamodb))
        yield from both(
            logical_id, payload, _succeeded, **_LONG_ENOUGH, AWS_ENDPOINT_URL_DYNAMODB=url
        )
    keys = Response(json.dumps({"keys": [rsa_jwk()]}), content_type="application/json")
    jwks_uri = until_the_end.enter_context(served(keys))
    settings = json.dumps({"issuer": ISSUER, "audience": AUDIENCE, "jwksUri": jwks_uri})
    stored = Response(json.dumps({"Parameter": {"Value": settings}}))
    issuer = {
        # Ours asks Systems Manager, the usual way its environment.
        "SETTINGS_PARAMETER": "/webrtc/stack/issuer",
        "AWS_ENDPOINT_URL_SSM": until_the_end.enter_context(served(stored)),
        "JWKS_URI": jwks_uri,
        "JWT_ISSUER": ISSUER,
        "JWT_AUDIENCE": AUDIENCE,
    }
    asked = _event("JwtAuthorizer") | {"authorizationToken": f"Bearer {a_token()}"}
    yield from both("JwtAuthorizer", json.dumps(asked).encode(), _allowed, **issuer)


def _recorded() -> tuple[dict[str, _Recorded], CannedDynamoDB]:
    """Play a call, at the time that it is now, and note what is asked and answered."""
    recorded: dict[str, _Recorded] = {}
    with (
        sessions_table(**_LONG_ENOUGH) as client,
        patch.object(clock, "now", lambda: int(time.time())),
    ):

        def sent(logical_id: str, event: dict[str, Any]) -> Any:
            with recording(client) as dynamodb:
                answer = _invoke(logical_id, event)
            recorded[logical_id] = _Recorded(json.dumps(event).encode(), dynamodb)
            return json.loads(answer["body"])

        _invoke("RegistrationApi", _of(_RECEIVER, _event("RegistrationApi")))
        device = sent("RegistrationApi", _of(_CALLER, _event("RegistrationApi")))
        placing = _of(_CALLER, _event("CreateSession"))
        placing["headers"]["registrationId"] = device["registrationId"]
        call = sent("CreateSession", placing)["mediaSessionId"]
        for logical_id, number in (
            ("UpdateSessionStatus", _RECEIVER),
            ("GetSessionDetailsById", _CALLER),
        ):
            event = _of(number, _event(logical_id))
            event["pathParameters"]["mediaSessionId"] = call
            sent(logical_id, event)
        session = stored_session(client, call)
    reading = recorded["GetSessionDetailsById"].dynamodb
    reading.note("GetItem", {"Item": session})
    return recorded, CannedDynamoDB(session)


def _event(logical_id: str) -> dict[str, Any]:
    """Return a function's payload, its numbers replaced."""
    text = (ROOT / "events" / f"{logical_id}.json").read_text()
    event: dict[str, Any] = json.loads(text.replace(ALICE, _CALLER).replace(BOB, _RECEIVER))
    return event


def _of(number: str, event: dict[str, Any]) -> dict[str, Any]:
    event["requestContext"]["authorizer"] |= {"phone_number": number, "sub": f"user of {number}"}
    return event


def _invoke(logical_id: str, event: dict[str, Any]) -> _Answer:
    module, _, name = properties(logical_id)["Handler"].rpartition(".")
    with patch.dict(os.environ, function_environment(logical_id) | _LONG_ENOUGH):
        answer: _Answer = getattr(import_module(module), name)(event, a_lambda_context())
    assert _succeeded(answer), answer
    return answer


def _succeeded(answer: _Answer) -> bool:
    return answer.get("statusCode") in {200, 201, 204}


def _allowed(answer: _Answer) -> bool:
    return "Allow" in json.dumps(answer.get("policyDocument"))
