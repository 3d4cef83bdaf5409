"""What the gateway says by itself is a row of the error table."""

import pytest

from camara.errors import CamaraError
from tests.support.template import gateway_responses

# AWS, "Gateway response types for API Gateway"; what each is to a client of CAMARA's.
EXPECTED = {
    "ACCESS_DENIED": (401, "UNAUTHENTICATED"),
    "API_CONFIGURATION_ERROR": (500, "INTERNAL"),
    "AUTHORIZER_CONFIGURATION_ERROR": (503, "UNAVAILABLE"),
    "AUTHORIZER_FAILURE": (503, "UNAVAILABLE"),
    "BAD_REQUEST_BODY": (400, "INVALID_ARGUMENT"),
    "BAD_REQUEST_PARAMETERS": (400, "INVALID_ARGUMENT"),
    "DEFAULT_4XX": (400, "INVALID_ARGUMENT"),
    "DEFAULT_5XX": (500, "INTERNAL"),
    "EXPIRED_TOKEN": (401, "UNAUTHENTICATED"),
    "INTEGRATION_FAILURE": (503, "UNAVAILABLE"),
    "INTEGRATION_TIMEOUT": (504, "TIMEOUT"),
    "INVALID_API_KEY": (401, "UNAUTHENTICATED"),
    "INVALID_SIGNATURE": (401, "UNAUTHENTICATED"),
    "MISSING_AUTHENTICATION_TOKEN": (404, "NOT_FOUND"),
    "QUOTA_EXCEEDED": (429, "QUOTA_EXCEEDED"),
    "REQUEST_TOO_LARGE": (400, "OUT_OF_RANGE"),
    "RESOURCE_NOT_FOUND": (404, "NOT_FOUND"),
    "THROTTLED": (429, "TOO_MANY_REQUESTS"),
    "UNAUTHORIZED": (401, "UNAUTHENTICATED"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "UNSUPPORTED_MEDIA_TYPE"),
    "WAF_FILTERED": (403, "PERMISSION_DENIED"),
}
ROWS = {error.code: error.info() for error in CamaraError.__subclasses__()}


def test_no_type_is_left_to_the_gateways_own_words() -> None:
    assert set(gateway_responses()) == set(EXPECTED)


@pytest.mark.parametrize("response_type", EXPECTED)
def test_is_a_row_of_the_table(response_type: str) -> None:
    status, code = EXPECTED[response_type]

    assert gateway_responses()[response_type].status == status
    assert gateway_responses()[response_type].body == ROWS[code]
    assert ROWS[code]["status"] == status


@pytest.mark.parametrize("response_type", EXPECTED)
def test_echoes_the_correlator(response_type: str) -> None:
    headers = gateway_responses()[response_type].headers

    assert headers == {"x-correlator": "method.request.header.x-correlator"}
