"""The table of errors in docs/api.md: code and document are held against it."""

from collections.abc import Iterator
from typing import Any

import pytest

from camara.errors import CamaraError
from tests.support.openapi import document, operation_ids, operations
from tests.support.pages import code, page, rows

ROWS = {
    ((int(status), *code(name)), message)
    for status, name, message, _ in rows(page("docs/api.md"), "status", "code", "message", "when")
}

EVERYWHERE = {
    400: {"INVALID_ARGUMENT", "OUT_OF_RANGE"},
    401: {"UNAUTHENTICATED"},
    429: {"TOO_MANY_REQUESTS", "QUOTA_EXCEEDED"},
    500: {"INTERNAL"},
    503: {"UNAVAILABLE"},
    504: {"TIMEOUT"},
}
SCOPE = {403: {"PERMISSION_DENIED"}}
PARTY = {403: {"PERMISSION_DENIED", "INVALID_TOKEN_CONTEXT"}}
RESOURCE = {404: {"NOT_FOUND", "IDENTIFIER_NOT_FOUND"}}
NO_DEVICE = {404: {"IDENTIFIER_NOT_FOUND"}}
LIMITS = {"MAX_REGISTRATION_PER_MSISDN", "MAX_REGISTRATION_PER_USER", "MAX_DEVICES_PER_USER"}
SUBSCRIPTION = {404: {"NOT_FOUND"}}
CREDENTIAL = {"INVALID_ARGUMENT", "OUT_OF_RANGE", "INVALID_CREDENTIAL", "INVALID_TOKEN"}
NO_SUBSCRIBER = {422: {"MISSING_IDENTIFIER"}}
BODY = {415: {"UNSUPPORTED_MEDIA_TYPE"}}
OF_OPERATIONS: dict[str, dict[int, set[str]]] = {
    "createSession": {
        **EVERYWHERE,
        **PARTY,
        **NO_DEVICE,
        **BODY,
        501: {"CALLTYPE_EMERGENCY_NOT_SUPPORTED"},
    },
    "getSessionWithoutId": {**EVERYWHERE, **SCOPE},
    "deleteSessionWithoutId": {**EVERYWHERE, **SCOPE},
    "getSessionStatusWithoutId": {**EVERYWHERE, **SCOPE},
    "updateSessionStatusWithoutId": {**EVERYWHERE, **SCOPE},
    "deleteSessionStatusWithoutId": {**EVERYWHERE, **SCOPE},
    "getSessionDetailsById": {**EVERYWHERE, **PARTY, **RESOURCE},
    "deleteSessionById": {**EVERYWHERE, **PARTY, **RESOURCE},
    "updateSessionStatus": {
        **EVERYWHERE,
        **PARTY,
        **RESOURCE,
        409: {"INCOMPATIBLE_STATE"},
        **BODY,
    },
    "createRegistration": {
        **EVERYWHERE,
        403: {"PERMISSION_DENIED"} | LIMITS,
        409: {"ALREADY_EXISTS"},
        **BODY,
        422: {"MISSING_IDENTIFIER", "UNNECESSARY_IDENTIFIER"},
    },
    "getRegistrationsByDeviceId": {**EVERYWHERE, **SCOPE, **NO_DEVICE},
    "getRegistrationById": {**EVERYWHERE, **SCOPE, **RESOURCE},
    "updateRegistrationById": {**EVERYWHERE, **SCOPE, **RESOURCE, **BODY},
    "deleteRegistrationById": {**EVERYWHERE, **SCOPE, **RESOURCE},
    "updateRegistrationWithoutId": {**EVERYWHERE, **SCOPE},
    "deleteRegistrationWithoutId": {**EVERYWHERE, **SCOPE},
    "createNotificationChannelSubscription": {
        **EVERYWHERE,
        400: CREDENTIAL | {"INVALID_SINK", "INVALID_PROTOCOL"},
        403: {"PERMISSION_DENIED", "SUBSCRIPTION_MISMATCH"},
        **BODY,
        422: {"MISSING_IDENTIFIER", "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"},
    },
    "retrieveNotificationChannelSubscriptionList": {**EVERYWHERE, **SCOPE, **NO_SUBSCRIBER},
    "retrieveNotificationChannelSubscription": {
        **EVERYWHERE,
        **SCOPE,
        **SUBSCRIPTION,
        **NO_SUBSCRIBER,
    },
    "updateNotificationChannelSubscription": {
        **EVERYWHERE,
        400: CREDENTIAL,
        **SCOPE,
        **SUBSCRIPTION,
        **BODY,
        **NO_SUBSCRIBER,
    },
    "deleteNotificationChannelSubscription": {
        **EVERYWHERE,
        **SCOPE,
        **SUBSCRIPTION,
        **NO_SUBSCRIBER,
    },
    "updateSubscriptionWithoutId": {**EVERYWHERE, **SCOPE},
    "deleteSubscriptionWithoutId": {**EVERYWHERE, **SCOPE},
}


def _row(info: Any) -> tuple[tuple[int, str], str]:
    assert set(info) == {"status", "code", "message"}
    return (info["status"], info["code"]), info["message"]


def _documented_errors() -> Iterator[tuple[str, int, dict[str, Any]]]:
    for operation in operations().values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                yield operation["operationId"], int(status), response["content"]["application/json"]


def test_the_code_has_the_table() -> None:
    assert {_row(error.info()) for error in CamaraError.__subclasses__()} == ROWS


def test_the_document_has_the_table() -> None:
    examples = [
        example["value"]
        for response in document()["components"]["responses"].values()
        for example in response["content"]["application/json"]["examples"].values()
    ]

    assert {_row(example) for example in examples} == ROWS


def test_no_operation_is_missing_here() -> None:
    assert set(OF_OPERATIONS) == operation_ids()


@pytest.mark.parametrize("operation_id", OF_OPERATIONS)
def test_operations_document_their_errors(operation_id: str) -> None:
    documented = {
        status: {example["value"]["code"] for example in content["examples"].values()}
        for documented_id, status, content in _documented_errors()
        if documented_id == operation_id
    }

    assert documented == OF_OPERATIONS[operation_id]


def test_schemas_of_errors_allow_the_examples_and_no_more() -> None:
    for _, status, content in _documented_errors():
        _, own = content["schema"]["allOf"]
        values = [example["value"] for example in content["examples"].values()]
        assert own["properties"]["status"] == {"enum": [status]}
        assert own["properties"]["code"] == {"enum": [value["code"] for value in values]}
        assert {value["status"] for value in values} == {status}
