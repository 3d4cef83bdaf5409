"""How long a sink is asked again, and that each attempt fits into the time that a function has."""

from typing import Any

import pytest

from aws.dynamodb import dynamodb_client
from notifications import receiving
from notifications.catch_up import TOLD_AT_ONCE
from notifications.credentials import vault
from notifications.delivery import SINK_SECONDS, delay_seconds
from notifications.probe_sink import NOTICES
from notifications.queues import sqs_client
from notifications.subscription import ATTEMPTS
from tests.support.builders import NOW, a_subscription
from tests.support.configured import configure_notifications
from tests.support.template import properties
from tests.support.time_budget import longest_attempt, longest_call, timeout

MINUTE, HOUR = 60, 3600
LONGEST_DELAY, LONGEST_VISIBILITY = 900, 12 * HOUR
"""Of a message that is sent, and of one that has been received: AWS, SQS quotas."""

PARTS_OF_A_TOKEN = 2
"""Of 4 KiB each; a token has at most 8 KiB."""

QUEUES = {"DeliverNotification": "NotificationsQueue", "ProbeSink": "ProbesQueue"}
every_queue = pytest.mark.parametrize(("function", "queue"), QUEUES.items())


def receptions(queue: str) -> int:
    """How often a message comes before it goes to the dead-letter queue."""
    return int(properties(queue)["RedrivePolicy"]["maxReceiveCount"])


def between(attempts: int) -> list[int]:
    """The seconds between so many attempts."""
    return [delay_seconds(number) for number in range(1, attempts)]


@pytest.fixture(autouse=True)
def _own_clients(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    configure_notifications(monkeypatch)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    cached = (dynamodb_client, sqs_client, vault)
    for made in cached:
        made.cache_clear()
    yield
    for made in cached:
        made.cache_clear()


def test_delays_grow_up_to_a_quarter_of_an_hour() -> None:
    delays = [delay_seconds(failures) for failures in range(1, 13)]

    assert delays == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]
    assert delay_seconds(1000) == 900


def test_no_delay_is_longer_than_the_queues_allow() -> None:
    assert delay_seconds(1000) <= LONGEST_DELAY < LONGEST_VISIBILITY


def test_the_last_of_twelve_attempts_is_66_minutes_after_the_first() -> None:
    assert ATTEMPTS == 12
    assert sum(between(ATTEMPTS)) // MINUTE == 66


def test_a_sink_that_fails_is_given_up_only_after_its_last_attempt() -> None:
    """However long each of them takes."""
    failing = a_subscription().failed("event-1", NOW, NOW)
    longest = sum(between(ATTEMPTS)) + ATTEMPTS * timeout("ProbeSink")

    assert failing.due_at - NOW > longest


def test_a_probe_comes_more_often_than_it_is_to_be_sent() -> None:
    """For AWS may fail, too: each time that costs one of the receptions."""
    assert receptions("ProbesQueue") >= 8 * ATTEMPTS
    assert NOTICES < ATTEMPTS


def until_given_up(queue: str) -> list[int]:
    """The seconds between the receptions of a message that AWS does not let us handle."""
    longest = receiving._LONGEST_DELAY_SECONDS  # noqa: SLF001
    return [min(delay, longest) for delay in between(receptions(queue))]


@every_queue
def test_an_outage_of_an_hour_sets_nothing_aside(function: str, queue: str) -> None:
    assert sum(until_given_up(queue)) >= HOUR, function


@every_queue
def test_after_an_outage_nobody_waits_for_another_minute(function: str, queue: str) -> None:
    assert max(until_given_up(queue)) < MINUTE, function


@every_queue
def test_a_message_outlives_its_attempts(function: str, queue: str) -> None:
    working_on_it = (ATTEMPTS + receptions(queue)) * timeout(function)
    waiting = sum(between(ATTEMPTS)) + sum(until_given_up(queue))

    assert properties(queue)["MessageRetentionPeriod"] > working_on_it + waiting


@every_queue
def test_a_message_does_not_come_again_while_it_is_worked_on(function: str, queue: str) -> None:
    assert timeout(function) < properties(queue)["VisibilityTimeout"]


def before_the_post() -> float:
    """The subscription, the call and the token are read, each by all attempts at their longest."""
    kms = longest_call(vault()._client)  # noqa: SLF001
    return 2 * longest_call(dynamodb_client()) + PARTS_OF_A_TOKEN * kms


def test_the_slowest_attempt_is_over_and_written_down_before_the_function_is_stopped() -> None:
    reading_it_and_the_audience_and_writing = 3 * longest_call(dynamodb_client())
    slowest = before_the_post() + SINK_SECONDS + reading_it_and_the_audience_and_writing

    assert slowest < timeout("DeliverNotification")


def test_the_slowest_probe_is_over_before_the_function_is_stopped() -> None:
    """What it tells is read besides; what there is no time to write down comes of another."""
    slowest = before_the_post() + longest_call(dynamodb_client()) + SINK_SECONDS

    assert slowest + longest_attempt(sqs_client()) < timeout("ProbeSink")


def test_a_sink_that_catches_up_slowly_has_time_for_a_part_of_it() -> None:
    """Though what is read for the first may need its longest."""
    slowest = before_the_post() + TOLD_AT_ONCE * SINK_SECONDS

    assert slowest + longest_attempt(sqs_client()) < timeout("DeliverNotification")
