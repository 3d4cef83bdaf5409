"""The rows of the error table that functions answer with, over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.e2e.aws import Aws
from tests.e2e.faults import forbidden, left_waiting
from tests.e2e.subscriber import Line, Subscriber
from tests.support.api import Answer
from tests.support.builders import BOB, SCOPES, a_call_request, a_location

# Each asks one of the four operations about a call.
OPERATIONS: dict[str, Callable[..., Answer]] = {
    "create": lambda who, _call, **more: who.post(**more),
    "read": lambda who, call, **more: who.get(call, **more),
    "write": lambda who, call, **more: who.put(call, "Ringing", **more),
    "delete": lambda who, call, **more: who.delete(call, **more),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS)


@every_operation
def test_401_for_an_expired_token(line: Line, operation: str) -> None:
    call = line.call()
    expired = line.alice.with_token(expires_in=-1)

    assert OPERATIONS[operation](expired, call).code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Initial"


@every_operation
def test_403_for_a_token_without_the_scope(line: Line, operation: str) -> None:
    call = line.call()
    own = f"webrtc-call-handling:sessions:{operation}"
    others = " ".join(scope for scope in SCOPES.split() if scope != own)

    denied = OPERATIONS[operation](line.bob.with_token(scope=others), call)

    assert denied.code == (403, "PERMISSION_DENIED")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize("operation", ["read", "write", "delete"])
def test_403_for_who_is_no_party(line: Line, eve: Subscriber, operation: str) -> None:
    call = line.call()

    assert OPERATIONS[operation](eve, call).code == (403, "INVALID_TOKEN_CONTEXT")
    assert line.alice.status_of(call) == "Initial"


def test_403_for_calling_in_anothers_name(eve: Subscriber) -> None:
    assert eve.post().code == (403, "INVALID_TOKEN_CONTEXT")


@pytest.mark.parametrize("operation", ["read", "write", "delete"])
def test_404_for_who_is_no_party_and_has_no_device(
    line: Line, somebody: Callable[[], Subscriber], operation: str
) -> None:
    call = line.call()

    assert OPERATIONS[operation](somebody(), call).code == (404, "IDENTIFIER_NOT_FOUND")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize("registration_id", [BOB, "unknown", str(UUID(int=1))])
def test_403_for_calling_from_a_device_that_is_not_registered(
    alice: Subscriber, registration_id: str
) -> None:
    headers = {"registrationId": registration_id.removeprefix("+")}

    assert alice.post(headers=headers).code == (403, "INVALID_TOKEN_CONTEXT")


def test_403_for_calling_from_anothers_device(alice: Subscriber, bob: Subscriber) -> None:
    assert alice.post(headers=bob.which).code == (403, "INVALID_TOKEN_CONTEXT")


@pytest.mark.parametrize("operation", ["read", "write", "delete"])
def test_404_for_an_unknown_call(line: Line, operation: str) -> None:
    assert OPERATIONS[operation](line.alice, "unknown").code == (404, "NOT_FOUND")


@every_operation
def test_404_for_a_token_that_leads_to_no_device(line: Line, operation: str) -> None:
    call = line.call()

    for client_id in (None, ""):
        nobodys = line.alice.with_token(phone_number=None, client_id=client_id)
        assert OPERATIONS[operation](nobodys, call).code == (404, "IDENTIFIER_NOT_FOUND")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize(
    "changes",
    [
        {"offer": {"sdp": "v" * 65_537}},
        {"originatorName": "A" * 257},
        {"locationDetails": a_location(coordinates={"latitude": 91, "longitude": 0, "radius": 1})},
    ],
)
def test_400_for_what_is_out_of_bounds(alice: Subscriber, changes: dict[str, Any]) -> None:
    assert alice.post(a_call_request(**changes)).code == (400, "OUT_OF_RANGE")


@pytest.mark.parametrize("operation", ["create", "write"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/jsonx"])
def test_415_for_another_content_type(line: Line, operation: str, content_type: str) -> None:
    call = line.call()
    headers = {"Content-Type": content_type}

    refused = OPERATIONS[operation](line.bob, call, headers=headers)

    assert refused.code == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize(
    "changes",
    [
        {"callType": "EMERGENCY"},
        {"receiverAddress": "urn:service:sos"},
        {"receiverAddress": "urn:service:sos.fire"},
        {"receiverAddress": "tel:112;phone-context=+49"},
        {"receiverAddress": "sip:%31%31%32@ims.example.com"},
    ],
)
def test_501_for_an_emergency_call(alice: Subscriber, changes: dict[str, Any]) -> None:
    refused = alice.post(a_call_request(**changes))

    assert refused.code == (501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED")


@every_operation
def test_precedence_401_then_403_then_400_then_the_rest(line: Line, operation: str) -> None:
    def refused(correlator: str = "not valid", **claims: Any) -> tuple[int, str | None]:
        who = line.alice.with_token(phone_number=None, client_id=None, **claims)
        return OPERATIONS[operation](who, "unknown", correlator=correlator).code

    assert refused(scope="", expires_in=-1) == (401, "UNAUTHENTICATED")
    assert refused(scope="") == (403, "PERMISSION_DENIED")
    assert refused() == (400, "INVALID_ARGUMENT")
    assert refused(correlator="valid") == (404, "IDENTIFIER_NOT_FOUND")


def test_500_tells_nothing_of_the_inside(line: Line, aws: Aws) -> None:
    call = line.call()
    with forbidden(aws, "DeleteSessionByIdRole"):
        refused = line.alice.delete(call, correlator="c-1")

    assert refused.code == (500, "INTERNAL")
    assert refused.headers["x-correlator"] == "c-1"
    assert BOB not in str(refused)
    assert line.alice.status_of(call) == "Initial"


def test_504_when_there_is_no_time_left(line: Line, aws: Aws) -> None:
    call = line.call()
    with left_waiting(aws, "DeleteSessionById", timeout=8):
        refused = line.alice.delete(call, correlator="c-1")

    assert refused.code == (504, "TIMEOUT")
    assert refused.headers["x-correlator"] == "c-1"
    assert line.alice.status_of(call) == "Initial"
    assert line.alice.delete(call, correlator="c-1").status == 204
