"""However slow DynamoDB is, the function answers before it is stopped, and before the gateway."""

from collections.abc import Iterator
from typing import Any

import pytest

from camara.dynamodb import dynamodb_client
from events.bus import session_bus
from events.outbox import sqs_client
from tests.support.template import properties, routes, template

GATEWAY_SECONDS = 29
PUBLISHERS = ("PublishSessionEvents", "PublishRegistrationEnds", "PublishSubscriptionEnds")
CALLS = 2
"""The most that an operation makes in turn when each takes its longest: a read and a write."""


def longest(client: Any) -> float:
    """Every attempt until its timeout, and the longest waits between them (standard mode)."""
    config = client.meta.config
    attempts = config.retries["total_max_attempts"]
    waits = sum(min(20, 2**number) for number in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + waits)


def timeout(function: str) -> float:
    defaults = template()["Globals"]["Function"]
    return float(properties(function).get("Timeout", defaults["Timeout"]))


@pytest.fixture(autouse=True)
def _clients_of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("EVENT_BUS", "test")
    made = (dynamodb_client, sqs_client, session_bus)
    for client in made:
        client.cache_clear()
    yield
    for client in made:
        client.cache_clear()


@pytest.mark.parametrize("function", sorted({route.function for route in routes()}))
def test_an_operation_answers_in_time(function: str) -> None:
    assert CALLS * longest(dynamodb_client()) < timeout(function) < GATEWAY_SECONDS


def test_a_publisher_has_time_for_a_record() -> None:
    """The receiver's devices, the subscriptions of both ends, a batch of messages, the bus."""
    bus = session_bus()._client  # noqa: SLF001
    slowest = 3 * longest(dynamodb_client()) + longest(sqs_client()) + longest(bus)

    assert slowest < timeout("PublishSessionEvents")
    for publisher in PUBLISHERS:
        assert timeout(publisher) == timeout("PublishSessionEvents")


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_an_outage_loses_nothing_and_what_is_given_up_can_still_be_read(publisher: str) -> None:
    """Streams keep records for 24 hours; only time, no number of attempts, makes Lambda give up."""
    [source] = (event["Properties"] for event in properties(publisher)["Events"].values())

    assert "MaximumRetryAttempts" not in source
    assert 3600 <= source["MaximumRecordAgeInSeconds"] <= 12 * 3600
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": "EventsNotPublished.Arn"
    }
