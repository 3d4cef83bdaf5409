"""The payloads of ``events/`` in the life of one call, on the functions as they were built."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.processes import wait_until
from tests.support.contract import check_response
from tests.support.lambda_function import Built, LambdaFunction
from tests.support.payloads import event

ALICE: dict[str, Any] = event("CreateSession")["requestContext"]["authorizer"]
BOB: dict[str, Any] = event("UpdateSessionStatus")["requestContext"]["authorizer"]
SWEEP_SECONDS = 15


@pytest.fixture(scope="module")
def phone(built: Built) -> str:
    """The registration of Alice's phone; Bob has one, too."""
    for_alice, for_bob = (_registered(built("RegistrationApi"), person) for person in (ALICE, BOB))
    assert for_alice["regInfo"]["phoneNumber"] == ALICE["phone_number"]
    assert for_bob["regInfo"]["phoneNumber"] == BOB["phone_number"]
    registration_id: str = for_alice["registrationId"]
    return registration_id


def test_a_call_from_its_beginning_to_its_end(phone: str, built: Built) -> None:
    created = _send(built("CreateSession"), device=phone)
    assert created["statusCode"] == 201
    session = json.loads(created["body"])
    call = session["mediaSessionId"]
    assert created["headers"]["Location"] == f"sessions/{call}"

    read = _send(built("GetSessionDetailsById"), call)
    assert (read["statusCode"], json.loads(read["body"])) == (200, session)

    answered = _send(built("UpdateSessionStatus"), call)
    assert answered["statusCode"] == 200
    assert json.loads(answered["body"])["status"] == "Connected"

    assert _send(built("DeleteSessionById"), call, device=phone)["statusCode"] == 204
    assert _send(built("GetSessionDetailsById"), call)["statusCode"] == 404
    seen = _send(built("GetSessionDetailsById"), call, context=BOB)
    assert json.loads(seen["body"])["status"] == "Terminated"


def test_as_they_stand_they_are_of_a_call_that_is_unknown(built: Built) -> None:
    for name in ("GetSessionDetailsById", "UpdateSessionStatus", "DeleteSessionById"):
        assert _send(built(name))["statusCode"] == 404


def test_the_sweep_ends_a_call_that_is_named(phone: str, built: Built) -> None:
    call = json.loads(_send(built("CreateSession"), device=phone)["body"])["mediaSessionId"]
    payload = event("SweepExpired")

    assert built("SweepExpired").invoke(payload)["sessions"][0]["outcome"] == "unknown"
    ended = built("SweepExpired").invoke(payload | {"mediaSessionIds": [call]})
    assert ended["sessions"] == [{"mediaSessionId": call, "outcome": "ended", "status": "NoAnswer"}]
    assert json.loads(_send(built("GetSessionDetailsById"), call)["body"])["status"] == "NoAnswer"
    assert built("SweepExpired").invoke({"sweep": "sessions"})["found"] == 0


def test_the_device_of_the_payload_is_not_registered(built: Built) -> None:
    assert _send(built("CreateSession"))["statusCode"] == 403


def test_the_end_of_a_registration_ends_its_calls(phone: str, built: Built) -> None:
    call = json.loads(_send(built("CreateSession"), device=phone)["body"])["mediaSessionId"]
    payload = event("EndSessionsOfRegistration")

    assert built("EndSessionsOfRegistration").invoke(payload) == {"batchItemFailures": []}
    assert json.loads(_send(built("GetSessionDetailsById"), call)["body"])["status"] == "Initial"
    (record,) = payload["Records"]
    (ended,) = record["dynamodb"]["NewImage"]["ended"]["L"]
    ended["M"]["registrationId"] = {"S": phone}
    assert built("EndSessionsOfRegistration").invoke(payload) == {"batchItemFailures": []}
    assert json.loads(_send(built("GetSessionDetailsById"), call)["body"])["status"] == "NoAnswer"


def test_the_sweep_ends_a_registration_that_has_expired(built: Built) -> None:
    sweep, registrations = built("SweepExpired"), {"sweep": "registrations"}
    assert sweep.invoke(registrations)["ended"] == 0
    in_two_seconds = datetime.fromtimestamp(int(time.time()) + 2, UTC).isoformat()
    carol = ALICE | {"phone_number": "+12025550103", "sub": "user-3"}
    _registered(built("RegistrationApi"), carol, registrationExpireTime=in_two_seconds)

    assert wait_until(lambda: sweep.invoke(registrations)["ended"] == 1, SWEEP_SECONDS)
    assert sweep.invoke(registrations) == {
        "found": 0,
        "ended": 0,
        "left": 0,
        "lagSeconds": 0,
    }


def _registered(function: LambdaFunction, context: dict[str, Any], **more: str) -> Any:
    """Send the payload of ``RegistrationApi`` for somebody; return the registration."""
    rights = event("RegistrationApi")["requestContext"]["authorizer"]["scope"]
    payload = event("RegistrationApi")
    payload["requestContext"]["authorizer"] = context | {"scope": rights}
    payload["body"] = json.dumps(json.loads(payload["body"]) | more)
    answer = _answer(function, payload)
    assert answer["statusCode"] == 201, answer
    return json.loads(answer["body"])


def _send(
    function: LambdaFunction,
    call: str | None = None,
    context: Any = None,
    device: str | None = None,
) -> Any:
    """Send a function its payload, if so said about another call or by somebody else."""
    payload = event(function.logical_id)
    if call is not None:
        payload["pathParameters"]["mediaSessionId"] = call
    if context is not None:
        payload["requestContext"]["authorizer"] = context
    if device is not None:
        payload["headers"]["registrationId"] = device
    return _answer(function, payload)


def _answer(function: LambdaFunction, payload: dict[str, Any]) -> Any:
    answer = function.invoke(payload)
    check_response(
        payload["httpMethod"],
        payload["resource"],
        answer["statusCode"],
        answer["headers"],
        answer["body"],
    )
    assert answer["headers"]["x-correlator"] == payload["headers"]["x-correlator"]
    return answer
