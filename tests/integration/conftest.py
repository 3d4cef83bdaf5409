"""Handlers and store on moto; no test here reaches the network."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket
from botocore.client import BaseClient
from moto import mock_aws

from call_handling.configuration import timeouts
from call_handling.ending import endings
from call_handling.store import session_store
from camara import clock
from camara.dynamodb import dynamodb_client
from registration.configuration import lifetimes, limits
from registration.store import registration_store
from tests.integration.faulty_dynamodb import FaultyDynamoDB
from tests.support.atomic_moto import atomic_requests
from tests.support.builders import ALICE, BOB, EVE, LIFETIMES, LIMITS, NOW, TIMEOUTS
from tests.support.devices import register
from tests.support.table import REGISTRATIONS, TABLE, create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class FakeClock:
    """Unix seconds; a test sets them."""

    now = NOW


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest_socket.disable_socket()
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "SESSIONS_TABLE": TABLE,
        "SUBSCRIBER_CLAIM": "phone_number",
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
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def time_stands_still(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr(clock, "now", lambda: fake.now)
    return fake


@pytest.fixture(autouse=True)
def table(environment: None) -> Iterator["DynamoDBClient"]:
    """The tables: no session, and a device each for Alice, Bob and Eve."""
    del environment
    with mock_aws(), atomic_requests():
        client = dynamodb_client()
        create_tables(client)
        for subscriber in (ALICE, BOB, EVE):
            register(subscriber)
        yield client
    for cached in (endings, session_store, registration_store, timeouts, lifetimes, limits):
        cached.cache_clear()


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
