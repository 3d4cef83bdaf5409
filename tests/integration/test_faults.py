"""DynamoDB and the way to it failing: 503 or the right answer, never a wrong one."""

from collections.abc import Callable

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.support import subscriptions_api
from tests.support.api import Answer, a_call, delete, get, post, put
from tests.support.audiences import listed, to_be_listed
from tests.support.builders import ALICE, ALICE_KEY, BOB, EVE, NOBODY
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error, throttle
from tests.support.table import unchanged

ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
OPERATIONS: dict[str, Callable[[str], Answer]] = {
    "createSession": lambda _: post(),
    "getSessionDetailsById": lambda call: get(ALICE, call),
    "deleteSessionById": lambda call: delete(ALICE, call),
    "updateSessionStatus": lambda call: put(BOB, call, "Proceeding"),
    "updateSessionStatus with SDP": lambda call: put(BOB, call, ANSWER),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("ProvisionedThroughputExceededException"),
        client_error("InternalServerError"),
        client_error("ExpiredTokenException"),
        client_error("SomethingNew"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
    ids=lambda error: getattr(error, "response", {}).get("Error", {}).get("Code", "connection"),
)
def test_a_failing_table_is_unavailable(
    dynamo: FaultyDynamoDB, operation: str, error: Exception
) -> None:
    call = a_call()
    dynamo.fail(error)

    assert OPERATIONS[operation](call).code == (503, "UNAVAILABLE")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "code", ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"]
)
def test_a_request_that_can_never_work_is_our_fault(
    dynamo: FaultyDynamoDB, operation: str, code: str
) -> None:
    call = a_call()
    dynamo.fail(client_error(code))

    assert OPERATIONS[operation](call).code == (500, "INTERNAL")


@pytest.mark.parametrize("correlator", [None, "one"])
def test_a_delete_that_was_done_though_its_answer_was_lost_is_done(
    dynamo: FaultyDynamoDB, correlator: str | None
) -> None:
    call = a_call()
    dynamo.lose_answers(2)

    assert delete(ALICE, call, correlator=correlator).status == 204
    assert dynamo.requests == 3
    assert get(BOB, call).body["status"] == "SessionCancelled"


def test_a_delete_whose_answers_are_all_lost_is_unavailable_and_its_retry_is_done(
    dynamo: FaultyDynamoDB,
) -> None:
    call = a_call()
    dynamo.lose_answers(3)

    assert delete(ALICE, call, correlator="one").code == (503, "UNAVAILABLE")
    assert delete(ALICE, call, correlator="one").status == 204


def test_a_lost_answer_never_makes_a_refusal_a_success(dynamo: FaultyDynamoDB) -> None:
    call = a_call()
    dynamo.lose_answers(1)

    assert delete(EVE, call).code == (403, "INVALID_TOKEN_CONTEXT")


@pytest.mark.parametrize("operation", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("party", [EVE, NOBODY])
def test_when_the_devices_cannot_be_looked_up_nobody_is_refused_for_good(
    monkeypatch: pytest.MonkeyPatch, operation: str, party: str
) -> None:
    call = a_call()

    with unchanged():
        throttle(monkeypatch, "GetItem", every=1)
        match operation:
            case "GET":
                answer = get(party, call)
            case "PUT":
                answer = put(party, call, "Ringing")
            case _:
                answer = delete(party, call)

        assert answer.code == (503, "UNAVAILABLE")


def test_no_call_is_placed_or_answered_without_a_look_at_the_devices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = a_call()

    with unchanged():
        for request in ("GetItem", "BatchGetItem"):
            throttle(monkeypatch, request, every=1)

        assert put(BOB, call, ANSWER).code == (503, "UNAVAILABLE")
        assert post().code == (503, "UNAVAILABLE")


@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_a_lost_answer_makes_no_difference_to_a_subscription(
    name: str, dynamo: FaultyDynamoDB
) -> None:
    known = subscriptions_api.subscribed()
    requests: dict[str, Callable[[], Answer]] = {
        "create": subscriptions_api.post,
        "update": lambda: subscriptions_api.put(
            ALICE, known, {"config": {"subscriptionExpireTime": subscriptions_api.at(10)}}
        ),
        "delete": lambda: subscriptions_api.delete(ALICE, known),
    }
    # The write is the last request; two reads come before it.
    dynamo.lose_answers(1, after=2)

    assert requests[name]().status in {200, 201, 204}
    assert dynamo.requests == 4
    assert len(subscriptions_api.stored()) == (2 if name == "create" else 1)
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)
