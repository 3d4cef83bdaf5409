"""How long attempts go on, and that one of them fits into the time that a function has."""

from typing import Any

import pytest

from camara.dynamodb import dynamodb_client
from events.credentials import vault
from events.deliver_notification import SINK_SECONDS, delay_seconds
from events.outbox import sqs_client
from tests.support.template import properties, template

HOUR = 3600
LONGEST_VISIBILITY = 12 * HOUR
PARTS_OF_A_TOKEN = 2
"""Of 4 KiB each; a token has at most 8 KiB."""


def longest(client: Any) -> float:
    """Every attempt of a call until its timeout, and the longest waits between (standard mode)."""
    config = client.meta.config
    attempts = config.retries["total_max_attempts"]
    waits = sum(min(20, 2**number) for number in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + waits)


def attempts() -> int:
    return int(properties("NotificationsQueue")["RedrivePolicy"]["maxReceiveCount"])


def timeout() -> int:
    default = template()["Globals"]["Function"]["Timeout"]
    return int(properties("DeliverNotification").get("Timeout", default))


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
    longest_life = sum(delay_seconds(attempt) + timeout() for attempt in range(1, attempts() + 1))

    assert properties("NotificationsQueue")["MessageRetentionPeriod"] > longest_life


def test_the_slowest_attempt_is_over_before_the_function_is_stopped() -> None:
    table, queue = longest(dynamodb_client()), longest(sqs_client())
    kms = longest(vault()._client)  # noqa: SLF001
    subscription_and_call = 2 * table
    remembering = 2 * table

    slowest = subscription_and_call + PARTS_OF_A_TOKEN * kms + SINK_SECONDS + remembering + queue
    assert slowest < timeout()


def test_a_message_does_not_come_again_while_it_is_worked_on() -> None:
    assert timeout() < properties("NotificationsQueue")["VisibilityTimeout"]
