"""Fixtures for what runs on moto, and for nothing that reaches the network."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import boto3
import pytest
import pytest_socket
from botocore.client import BaseClient
from botocore.loaders import JSONFileLoader
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from aws import clock as functions_clock
from aws.dynamodb import dynamodb_client
from call_handling.session_ender import session_ender
from call_handling.settings import emergency_numbers, timeouts
from call_handling.store import session_store
from notifications.bus import session_bus
from notifications.credentials import vault
from notifications.queues import notification_queue, probes, sqs_client
from notifications.settings import delivery_settings, settings, subscription_lifetimes
from notifications.store import subscription_store
from registration.settings import lifetimes, limits
from registration.store import registration_store
from tests.support.atomic_moto import atomic_requests
from tests.support.builders import (
    ALICE,
    BOB,
    EVE,
    LIFETIMES,
    LIMITS,
    NOW,
    SUBSCRIPTION_LIFETIMES,
    TIMEOUTS,
)
from tests.support.devices import register_each
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.streams import Stream
from tests.support.table import (
    ACCOUNT,
    REGION,
    REGISTRATIONS,
    SUBSCRIPTIONS,
    TABLE,
    create_tables,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_QUEUE = "notifications.fifo"
_PROBES = "probes"
_BUS = "sessions"
_KEY = "alias/sink-credentials"


_CACHED: tuple[Any, ...] = (
    session_ender,
    session_store,
    registration_store,
    timeouts,
    emergency_numbers,
    lifetimes,
    limits,
    settings,
    delivery_settings,
    subscription_lifetimes,
    subscription_store,
    notification_queue,
    probes,
    sqs_client,
    session_bus,
    vault,
)


class FakeClock:
    """Unix seconds; a test sets them."""

    now = NOW


class Messaging(NamedTuple):
    """The queues (their URLs), the bus (its name) and the key (its id)."""

    queue: str
    probes: str
    bus: str
    key: str


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest_socket.disable_socket()
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "SESSIONS_TABLE": TABLE,
        "SUBSCRIBER_CLAIM": "phone_number",
        "EMERGENCY_NUMBERS": "112,911",
        "RING_TIMEOUT_SECONDS": str(TIMEOUTS.ring),
        "SETUP_TIMEOUT_SECONDS": str(TIMEOUTS.setup),
        "ANSWERED_TIMEOUT_SECONDS": str(TIMEOUTS.answered),
        "ENDED_RETENTION_SECONDS": str(TIMEOUTS.ended_retention),
        "REGISTRATIONS_TABLE": REGISTRATIONS,
        "REGISTRATION_SECONDS": str(LIFETIMES.default),
        "REGISTRATION_MIN_SECONDS": str(LIFETIMES.shortest),
        "REGISTRATION_MAX_SECONDS": str(LIFETIMES.longest),
        "MAX_REGISTRATIONS_PER_NUMBER": str(LIMITS.per_number),
        "MAX_REGISTRATIONS_PER_USER": str(LIMITS.per_user),
        "MAX_DEVICES_PER_USER": str(LIMITS.devices_per_user),
        "SUBSCRIPTIONS_TABLE": SUBSCRIPTIONS,
        "SUBSCRIPTION_SECONDS": str(SUBSCRIPTION_LIFETIMES.default),
        "SUBSCRIPTION_MAX_SECONDS": str(SUBSCRIPTION_LIFETIMES.longest),
        "LOOPBACK_SINKS": "false",
        "NOTIFICATIONS_QUEUE": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{_QUEUE}",
        "PROBES_QUEUE": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{_PROBES}",
        "EVENTS_NOT_PUBLISHED": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/not-published",
        "EVENT_BUS": _BUS,
        "EVENT_SOURCE": "https://api.example.com/camara",
        "SINK_CREDENTIALS_KEY": _KEY,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr(functions_clock, "now", lambda: fake.now)
    return fake


@pytest.fixture(autouse=True)
def table(environment: None) -> Iterator["DynamoDBClient"]:
    """The tables: no session, and a device each for Alice, Bob and Eve."""
    del environment
    _forget()
    with mock_aws(), atomic_requests():
        dynamodb_backends[ACCOUNT][REGION].tables = deepcopy(_tables_as_made())
        yield dynamodb_client()
    _forget()


def _forget() -> None:
    """Have everything made anew from the environment as it is now."""
    for cached in _CACHED:
        cached.cache_clear()


@cache
def _tables_as_made() -> Any:
    """Make the tables, once in a process; return them with all that is in them."""
    create_tables(dynamodb_client())
    register_each(ALICE, BOB, EVE)
    return deepcopy(dynamodb_backends[ACCOUNT][REGION].tables)


@pytest.fixture(scope="session", autouse=True)
def models_read_once() -> Iterator[None]:
    """Read what AWS's services are like once: moto begins a new session with each test."""
    real = JSONFileLoader.load_file

    @cache
    def load(path: str) -> Any:
        return real(JSONFileLoader(), path)

    with patch.object(JSONFileLoader, "load_file", lambda _, path: load(path)):
        yield


@pytest.fixture
def messaging(table: "DynamoDBClient") -> Messaging:
    """For a test that needs them; what is put on the bus can be seen with ``requests``."""
    del table
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName=_QUEUE, Attributes={"FifoQueue": "true"})["QueueUrl"]
    probes_queue = sqs.create_queue(QueueName=_PROBES)["QueueUrl"]
    boto3.client("events").create_event_bus(Name=_BUS)
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=_KEY, TargetKeyId=key)
    return Messaging(queue, probes_queue, _BUS, key)


@pytest.fixture
def session_stream(messaging: Messaging) -> Stream:
    """The stream of the table of sessions, from now on, and what its events are sent to."""
    del messaging
    return Stream(TABLE)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The requests to DynamoDB from now on: names and arguments."""
    made: list[tuple[str, dict[str, Any]]] = []
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def record(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        made.append((name, arguments))
        return real(client, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    return made


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> FaultyDynamoDB:
    """The way to DynamoDB, for a test to break; nobody waits between attempts."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    return FaultyDynamoDB(monkeypatch)
