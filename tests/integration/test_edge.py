"""What holds for every operation: authentication, scope, x-correlator, precedence, faults."""

import io
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from camara.scope import ALL_SCOPES
from tests.support import api, registration_api, subscriptions_api
from tests.support.api import Answer
from tests.support.builders import ALICE, SCOPES, UNKNOWN, a_context
from tests.support.declared import declared
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.on_moto import FakeClock
from tests.support.privacy import personal_in

NO_DEVICE = (404, "IDENTIFIER_NOT_FOUND")
NO_SUBSCRIBER = (422, "MISSING_IDENTIFIER")


class Operation(NamedTuple):
    """A request with which nothing is wrong, its answer, and that to a token that names nobody."""

    send: Callable[..., Answer]
    status: int = 404
    without_identity: tuple[int, str] = NO_DEVICE


CALLS = {
    "createSession": Operation(api.post, 201),
    "getSessionDetailsById": Operation(partial(api.get, ALICE, UNKNOWN)),
    "updateSessionStatus": Operation(partial(api.put, ALICE, UNKNOWN, "Ringing")),
    "deleteSessionById": Operation(partial(api.delete, ALICE, UNKNOWN)),
}
OTHERS = {
    "createRegistration": Operation(registration_api.post, 201, NO_SUBSCRIBER),
    "getRegistrationsByDeviceId": Operation(
        partial(registration_api.get_by_device, ALICE, registration_api.device_id()), 200
    ),
    "getRegistrationById": Operation(partial(registration_api.get, ALICE, UNKNOWN)),
    "updateRegistrationById": Operation(partial(registration_api.put, ALICE, UNKNOWN)),
    "deleteRegistrationById": Operation(partial(registration_api.delete, ALICE, UNKNOWN)),
    "createNotificationChannelSubscription": Operation(subscriptions_api.post, 201, NO_SUBSCRIBER),
    "retrieveNotificationChannelSubscriptionList": Operation(
        subscriptions_api.get_all, 200, NO_SUBSCRIBER
    ),
    "retrieveNotificationChannelSubscription": Operation(
        partial(subscriptions_api.get, ALICE, UNKNOWN), 404, NO_SUBSCRIBER
    ),
    "updateNotificationChannelSubscription": Operation(
        partial(subscriptions_api.put, ALICE, UNKNOWN), 404, NO_SUBSCRIBER
    ),
    "deleteNotificationChannelSubscription": Operation(
        partial(subscriptions_api.delete, ALICE, UNKNOWN), 404, NO_SUBSCRIBER
    ),
}
OPERATIONS = CALLS | OTHERS
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def test_no_operation_is_missing_here() -> None:
    assert OPERATIONS.keys() == declared().keys()


@every_operation
@pytest.mark.parametrize(
    "context", [[], {}, {"scope": SCOPES}, a_context(scope=["a"]), a_context(exp="1")]
)
def test_no_usable_context_is_no_authentication(operation: Operation, context: Any) -> None:
    assert operation.send(context=context).code == (401, "UNAUTHENTICATED")


@every_operation
def test_a_token_that_expired_in_the_gateways_cache(operation: Operation, clock: FakeClock) -> None:
    context = a_context(exp=str(clock.now + 1))
    assert operation.send(context=context).status != 401

    clock.now += 1
    assert operation.send(context=context).code == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_each_operation_needs_its_own_scope(operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    own = declared()[operation_id][1].scopes
    others = " ".join(scope for scope in ALL_SCOPES if scope not in own)

    denied = operation.send(context=a_context(scope=others))
    granted = [operation.send(context=a_context(scope=scope)).status for scope in own]

    assert denied.code == (403, "PERMISSION_DENIED")
    assert granted.count(operation.status) == 1


@every_operation
def test_a_token_without_subscriber_or_client_leads_to_no_device(operation: Operation) -> None:
    nobody = a_context(None, client_id=None)

    assert operation.send(context=nobody).code == operation.without_identity


@pytest.mark.parametrize("operation", OTHERS.values(), ids=OTHERS)
def test_a_token_without_a_subscriber_leads_to_no_device(operation: Operation) -> None:
    """Only a call may be a client's own."""
    assert operation.send(context=a_context(None)).code == operation.without_identity


@every_operation
def test_precedence_401_then_403_then_400_then_the_rest(operation: Operation) -> None:
    def refused(**claims: Any) -> tuple[int, str | None]:
        wrong = {"correlator": "not valid"} if "correlator" not in claims else {}
        claims.pop("correlator", None)
        return operation.send(context=a_context(**claims), **wrong).code

    nobody = {"phone_number": None, "client_id": None}
    assert refused(exp="1", scope="", **nobody) == (401, "UNAUTHENTICATED")
    assert refused(scope="", **nobody) == (403, "PERMISSION_DENIED")
    assert refused(**nobody) == (400, "INVALID_ARGUMENT")
    assert refused(correlator=True, **nobody) == operation.without_identity


@every_operation
def test_the_correlator_is_echoed_whatever_comes_of_it(operation: Operation) -> None:
    for context in (a_context(), a_context(scope=""), {}):
        answer = operation.send(context=context, correlator="my-correlator")
        assert answer.headers["x-correlator"] == "my-correlator"
    assert "x-correlator" not in operation.send().headers


@every_operation
@pytest.mark.parametrize("correlator", ["a b", "x" * 257, "a,b"])
def test_a_correlator_outside_its_pattern_is_refused_and_echoed(
    operation: Operation, correlator: str
) -> None:
    answer = operation.send(correlator=correlator)

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert answer.headers["x-correlator"] == correlator


@pytest.mark.parametrize("correlator", ["\u00e9", "a\r\nSet-Cookie: x", "\x00"])
def test_what_no_header_can_carry_is_not_echoed(correlator: str) -> None:
    answer = api.delete(ALICE, UNKNOWN, correlator=correlator)

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert "x-correlator" not in answer.headers


@every_operation
def test_a_failing_table_is_unavailable(operation: Operation, dynamo: FaultyDynamoDB) -> None:
    dynamo.fail(client_error("ThrottlingException"))

    assert operation.send().code == (503, "UNAVAILABLE")


@every_operation
def test_an_unforeseen_fault_tells_nothing(
    operation: Operation, dynamo: FaultyDynamoDB, logged: io.StringIO
) -> None:
    dynamo.fail(RuntimeError(ALICE))

    assert operation.send().code == (500, "INTERNAL")
    assert not personal_in(logged.getvalue())
