"""However slow DynamoDB is, the function answers before it is stopped, and before the gateway."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from aws import deadline, retry
from aws.deadline import ATTEMPT_AND_WAIT_SECONDS
from aws.dynamodb import dynamodb_client
from aws.retry import ALL_WAITS_SECONDS, retry_on
from aws.sweep import time_left
from call_handling.legs import SLOWEST_REQUEST_SECONDS
from camara.errors import Unavailable
from notifications.bus import session_bus
from notifications.credentials import vault
from notifications.queues import sqs_client
from tests.support.configured import configure_notifications
from tests.support.lambda_context import a_lambda_context
from tests.support.slow_aws import WAIT_SECONDS, throttled
from tests.support.template import properties, routes
from tests.support.time_budget import longest_attempt, longest_call, one_attempt, timeout

GATEWAY_SECONDS = 29
OPERATIONS = sorted({route.function for route in routes()})
PUBLISHERS = ("PublishEvents", "PublishToSessionsBus")


@pytest.fixture(autouse=True)
def _clients_of_this_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    configure_notifications(monkeypatch)
    made = (dynamodb_client, sqs_client, session_bus, vault)
    for client in made:
        client.cache_clear()
    yield
    for client in made:
        client.cache_clear()


@pytest.mark.parametrize("function", OPERATIONS)
def test_an_operation_answers_in_time(function: str) -> None:
    assert timeout(function) < GATEWAY_SECONDS


@pytest.mark.parametrize("function", OPERATIONS)
def test_no_request_takes_as_long_as_a_call_waits_for_a_registration(function: str) -> None:
    assert timeout(function) < SLOWEST_REQUEST_SECONDS


def test_a_request_is_begun_only_with_time_for_it() -> None:
    for client in (dynamodb_client(), sqs_client(), vault()._client):  # noqa: SLF001
        assert longest_attempt(client) < ATTEMPT_AND_WAIT_SECONDS


@pytest.mark.parametrize(
    ("client", "operation"),
    [
        (dynamodb_client, "list_tables"),
        (lambda: vault()._client, "list_keys"),  # noqa: SLF001
        (sqs_client, "list_queues"),
        (lambda: session_bus()._client, "list_event_buses"),  # noqa: SLF001
    ],
)
def test_no_service_can_make_a_client_wait_for_longer(
    monkeypatch: pytest.MonkeyPatch, client: Callable[[], Any], operation: str
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr(URLLib3Session, "send", lambda *_: throttled())

    with pytest.raises(ClientError):
        getattr(client(), operation)()

    assert waits
    assert max(waits) <= WAIT_SECONDS


class Clock:
    """Time passes by what is waited for, and no wait is shorter than it may be."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def uniform(self, _low: float, high: float) -> float:
        return high


@pytest.mark.parametrize("function", OPERATIONS)
@pytest.mark.parametrize("slowness", [0, 0.1, 0.5, 1])
def test_conflicts_to_the_end_are_told_before_the_function_is_stopped(
    monkeypatch: pytest.MonkeyPatch, function: str, slowness: float
) -> None:
    """From those that are told at once to those of which each attempt takes its longest."""
    clock, attempt_seconds = Clock(), slowness * longest_attempt(dynamodb_client())
    monkeypatch.setattr(deadline, "time", clock)
    monkeypatch.setattr(retry, "time", clock)
    monkeypatch.setattr(retry, "_random", clock)

    def conflict() -> None:
        clock.seconds += attempt_seconds
        raise ZeroDivisionError

    with deadline.within(timeout(function)), pytest.raises(Unavailable):
        retry_on(conflict, ZeroDivisionError)

    assert 0 < clock.seconds < timeout(function)


def test_a_sweep_begins_a_write_only_with_time_for_the_slowest() -> None:
    """Each of its attempts until its timeout, the waits between them, and those after conflicts."""
    slowest = longest_call(dynamodb_client()) + ALL_WAITS_SECONDS

    assert not time_left(a_lambda_context(seconds=slowest))()


def test_an_outage_is_told_as_one_and_not_as_a_lack_of_time() -> None:
    reading_then_out = ATTEMPT_AND_WAIT_SECONDS + longest_call(dynamodb_client())

    assert reading_then_out < min(timeout(route.function) for route in routes())


def test_a_publisher_has_time_for_a_batch_that_makes_few_messages() -> None:
    """The audiences of a hundred numbers and of another hundred, the registers, the messages."""
    slowest = 3 * longest_call(dynamodb_client()) + longest_call(sqs_client())

    assert slowest < timeout("PublishEvents")
    for publisher in PUBLISHERS:
        assert timeout(publisher) == timeout("PublishEvents")


def test_the_bus_is_told_of_a_batch_unless_it_fails_for_long() -> None:
    """After the first request that fails none is made: the nine others take their first attempt."""
    bus = session_bus()._client  # noqa: SLF001

    assert longest_call(bus) + 9 * one_attempt(bus) < timeout("PublishToSessionsBus")


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_an_outage_loses_nothing_and_what_is_given_up_can_still_be_read(publisher: str) -> None:
    """Streams keep records for 24 hours; only time, no number of attempts, makes Lambda give up."""
    for source in (event["Properties"] for event in properties(publisher)["Events"].values()):
        assert "MaximumRetryAttempts" not in source
        assert 3600 <= source["MaximumRecordAgeInSeconds"] <= 12 * 3600
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["BisectBatchOnFunctionError"] is True
        assert source["StartingPosition"] == "TRIM_HORIZON"
        assert source["DestinationConfig"]["OnFailure"]["Destination"] == {
            "Fn::GetAtt": "EventsNotPublished.Arn"
        }
