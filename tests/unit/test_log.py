"""How the log shows ids: in full only in the form that is expected of them."""

import json

import pytest

from aws.log import IdName, begin_invocation, logger, shown_id
from tests.support.lambda_context import a_lambda_context

SESSION = "0123456789abcdef0123456789abcdef01234567"
UUID = "8e1d5c7a-3b2f-4a60-9d4e-1c0b7f6a5e21"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mediaSessionId", SESSION),
        ("registrationId", UUID),
        ("subscriptionId", UUID),
        ("correlator", UUID),
        ("correlator", UUID.upper()),
        ("correlator", TRACEPARENT),
        ("correlator", ""),
    ],
)
def test_what_has_the_expected_form_is_shown_as_it_is(name: IdName, value: str) -> None:
    assert shown_id(name, value) == value


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("mediaSessionId", SESSION.upper(), "40 characters, 9a9a"),
        ("mediaSessionId", SESSION[1:], "39 characters, 9a9a9"),
        ("mediaSessionId", SESSION + "\n", "41 characters, 9a9a9?"),
        ("mediaSessionId", UUID, "36 characters, 9a9a9a9a-9a9a-9a9-9a9a-9a9a9a9a"),
        ("mediaSessionId", "12025550101", "11 characters, 9"),
        ("registrationId", UUID.upper(), "36 characters, 9a9a9a9a-9a9a-9a9-9a9a-9a9a9a9a"),
        ("subscriptionId", UUID.replace("-", ""), "32 characters, 9a9a9a9a9a9a9a9a9a9a9a9a"),
        ("subscriptionId", SESSION, "40 characters, 9a9a"),
        ("correlator", "tel:+12025550101", "16 characters, a:+9"),
        ("correlator", "eyJhbGciOi.eyJzdWI.c2ln", "23 characters, a.a.a9a"),
        ("correlator", TRACEPARENT.upper(), "55 characters, 9-9A"),
        ("correlator", "Zo\u00eb \u0663\u0664\u0665", "7 characters, a 9"),
        ("correlator", "a1" * 128, "256 characters, " + "a9" * 16),
    ],
)
def test_of_anything_else_only_length_and_shape(name: IdName, value: str, shown: str) -> None:
    told = shown_id(name, value)

    assert told.startswith(f"made up: {shown[:16]}")
    assert value not in told
    assert len(told) <= 60


def test_each_line_is_of_an_invocation_and_tells_nothing_that_a_client_may_choose(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webrtc")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-12025550101;Sampled=0")
    monkeypatch.setattr("aws.log.logger", logger.__wrapped__)
    context = a_lambda_context()

    begin_invocation(context, "request-1")
    logger.__wrapped__().info("done")
    begin_invocation(context)
    logger.__wrapped__().info("done")

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    always = {"level", "message", "timestamp", "service", "functionRequestId"}
    assert first.keys() == always | {"requestId"}
    assert first["functionRequestId"] == context.aws_request_id
    assert second.keys() == always
