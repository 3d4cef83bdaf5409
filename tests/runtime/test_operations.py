"""The payloads of ``events/`` in the life of one call, on the functions as they were built."""

import json
from typing import Any

from tests.runtime.events import event
from tests.runtime.lambda_function import LambdaFunction
from tests.support.contract import check_response


def test_a_call_from_its_beginning_to_its_end(
    create_session: LambdaFunction,
    get_session: LambdaFunction,
    update_session: LambdaFunction,
    delete_session: LambdaFunction,
) -> None:
    created = _send(create_session)
    assert created["statusCode"] == 201
    session = json.loads(created["body"])
    call = session["mediaSessionId"]
    assert created["headers"]["Location"] == f"/camara/webrtc/sessions/{call}"

    read = _send(get_session, call)
    assert (read["statusCode"], json.loads(read["body"])) == (200, session)

    answered = _send(update_session, call)
    assert answered["statusCode"] == 200
    assert json.loads(answered["body"])["status"] == "Connected"

    assert _send(delete_session, call)["statusCode"] == 204
    assert _send(get_session, call)["statusCode"] == 404
    other_end = event("UpdateSessionStatus")["requestContext"]["authorizer"]
    seen = _send(get_session, call, context=other_end)
    assert json.loads(seen["body"])["status"] == "Terminated"


def test_as_they_stand_they_are_of_a_call_that_is_unknown(
    get_session: LambdaFunction, update_session: LambdaFunction, delete_session: LambdaFunction
) -> None:
    for function in (get_session, update_session, delete_session):
        assert _send(function)["statusCode"] == 404


def test_the_sweep_ends_a_call_that_is_named(
    create_session: LambdaFunction, get_session: LambdaFunction, end_stale: LambdaFunction
) -> None:
    call = json.loads(_send(create_session)["body"])["mediaSessionId"]
    payload = event("EndStaleSessions")

    assert end_stale.invoke(payload)["sessions"][0]["outcome"] == "unknown"
    ended = end_stale.invoke(payload | {"mediaSessionIds": [call]})
    assert ended["sessions"] == [{"mediaSessionId": call, "outcome": "ended", "status": "NoAnswer"}]
    assert json.loads(_send(get_session, call)["body"])["status"] == "NoAnswer"
    assert end_stale.invoke({})["found"] == 0


def _send(function: LambdaFunction, call: str | None = None, context: Any = None) -> Any:
    """Send a function its payload, if so said about another call or by somebody else."""
    payload = event(function.logical_id)
    if call is not None:
        payload["pathParameters"]["mediaSessionId"] = call
    if context is not None:
        payload["requestContext"]["authorizer"] = context
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
