"""DynamoDB and the way to it failing: 503 or the right answer, never a wrong one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError
from moto.core.botocore_stubber import BotocoreStubber

from tests.support.api import Answer, a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, EVE
from tests.support.table import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
OPERATIONS: dict[str, Callable[[str], Answer]] = {
    "createSession": lambda _: post(),
    "getSessionDetailsById": lambda call: get(ALICE, call),
    "deleteSessionById": lambda call: delete(ALICE, call),
    "updateSessionStatus": lambda call: put(BOB, call, "Proceeding"),
    "updateSessionStatus with SDP": lambda call: put(BOB, call, ANSWER),
}


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ALICE}}, "UpdateItem")


class Dynamo:
    """The way to DynamoDB: ``fail`` breaks all of it, ``lose_answers`` some of the way back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.requests = 0

    def fail(self, error: Exception) -> None:
        def raising(*_: Any) -> None:
            raise error

        self._monkeypatch.setattr(BaseClient, "_make_api_call", raising)

    def lose_answers(self, how_many: int, after: int = 0) -> None:
        """Lose the answers to requests that are served, from the one ``after`` so many."""
        real = BotocoreStubber.__call__
        self.requests = 0

        def losing(
            stubber: BotocoreStubber, event_name: str, request: Any, **more: Any
        ) -> AWSResponse | None:
            answer = real(stubber, event_name, request, **more)
            self.requests += 1
            if after < self.requests <= after + how_many:
                raise ConnectionClosedError(endpoint_url=request.url)
            return answer

        self._monkeypatch.setattr(BotocoreStubber, "__call__", losing)


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Dynamo:
    monkeypatch.setattr("time.sleep", lambda _: None)
    return Dynamo(monkeypatch)


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
def test_a_failing_table_is_unavailable(dynamo: Dynamo, operation: str, error: Exception) -> None:
    call = a_call()
    dynamo.fail(error)

    assert OPERATIONS[operation](call).code == (503, "UNAVAILABLE")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "code", ["ValidationException", "AccessDeniedException", "ResourceNotFoundException"]
)
def test_a_request_that_can_never_work_is_our_fault(
    dynamo: Dynamo, operation: str, code: str
) -> None:
    call = a_call()
    dynamo.fail(client_error(code))

    assert OPERATIONS[operation](call).code == (500, "INTERNAL")


@pytest.mark.parametrize("correlator", [None, "one"])
def test_a_delete_that_was_done_though_its_answer_was_lost_is_done(
    dynamo: Dynamo, correlator: str | None
) -> None:
    call = a_call()
    dynamo.lose_answers(2)

    assert delete(ALICE, call, correlator=correlator).status == 204
    assert dynamo.requests == 3
    assert get(BOB, call).body["status"] == "SessionCancelled"


def test_a_delete_whose_answers_are_all_lost_is_unavailable_and_its_retry_is_done(
    dynamo: Dynamo,
) -> None:
    call = a_call()
    dynamo.lose_answers(3)

    assert delete(ALICE, call, correlator="one").code == (503, "UNAVAILABLE")
    assert delete(ALICE, call, correlator="one").status == 204


def test_a_lost_answer_never_makes_a_refusal_a_success(dynamo: Dynamo) -> None:
    call = a_call()
    dynamo.lose_answers(1)

    assert delete(EVE, call).code == (403, "INVALID_TOKEN_CONTEXT")


@pytest.mark.parametrize("body", [{"status": "Proceeding"}, ANSWER], ids=["status", "with SDP"])
def test_a_put_whose_answer_was_lost_is_done_once(
    dynamo: Dynamo, table: "DynamoDBClient", body: dict[str, Any]
) -> None:
    call = a_call()
    dynamo.lose_answers(1, after=1)

    assert put(BOB, call, body).status == 200
    session = next(item for item in items(table) if item["part"]["S"] == "session")
    assert session["status"] == {"S": body["status"]}
    assert session["version"] == {"N": "3"}


def test_a_post_whose_answer_was_lost_stores_one_call(
    dynamo: Dynamo, table: "DynamoDBClient"
) -> None:
    dynamo.lose_answers(1)

    answer = post()

    assert answer.status == 201
    assert {item["mediaSessionId"]["S"] for item in items(table)} == {answer.body["mediaSessionId"]}
