"""How long attempts go on, and that one of them fits into the time that a function has."""

from typing import Any

import pytest

from camara.dynamodb import dynamodb_client
from events.credentials import vault
from events.deliver_notification import SINK_SECONDS, delay_seconds
from events.outbox import sqs_client
from tests.support.template import properties
from tests.support.time_budget import longest_call, timeout

FUNCTION = "DeliverNotification"
HOUR = 3600
LONGEST_VISIBILITY = 12 * HOUR
PARTS_OF_A_TOKEN = 2
"""Of 4 KiB each; a token has at most 8 KiB."""


def attempts() -> int:
    return int(properties("NotificationsQueue")["RedrivePolicy"]["maxReceiveCount"])


@pytest.fixture(autouse=True)
def _own_clients(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SINK_CREDENTIALS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    cached = (dynamodb_client, sqs_client, vault)
    for made in cached:
        made.cache_clear()
    yield
    for made in cached:
        made.cache_clear()


def test_delays_grow_up_to_a_quarter_of_an_hour() -> None:
    delays = [delay_seconds(attempt) for attempt in range(1, 13)]

    assert delays == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]
    assert delay_seconds(1000) == 900


def test_attempts_go_on_for_at_least_an_hour() -> None:
    between = [delay_seconds(attempt) for attempt in range(1, attempts())]

    assert sum(between) >= HOUR
    assert max(between) < LONGEST_VISIBILITY


def test_a_message_outlives_its_attempts() -> None:
    lives = [delay_seconds(attempt) + timeout(FUNCTION) for attempt in range(1, attempts() + 1)]

    assert properties("NotificationsQueue")["MessageRetentionPeriod"] > sum(lives)


def test_the_slowest_attempt_is_over_before_the_function_is_stopped() -> None:
    table, queue = longest_call(dynamodb_client()), longest_call(sqs_client())
    kms = longest_call(vault()._client)  # noqa: SLF001
    subscription_and_call = 2 * table
    remembering = 2 * table

    slowest = subscription_and_call + PARTS_OF_A_TOKEN * kms + SINK_SECONDS + remembering + queue
    assert slowest < timeout(FUNCTION)


def test_a_message_does_not_come_again_while_it_is_worked_on() -> None:
    assert timeout(FUNCTION) < properties("NotificationsQueue")["VisibilityTimeout"]
