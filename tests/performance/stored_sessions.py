"""Sessions and devices on moto, stored by the real code, at a time that stands still."""

import gc
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto import mock_aws

from aws import clock
from aws.dynamodb import dynamodb_client
from call_handling.session_ender import session_ender
from call_handling.session_key import key
from call_handling.settings import timeouts
from call_handling.store import session_store
from notifications.credentials import vault
from notifications.queues import notification_queue, probes, sqs_client
from notifications.settings import delivery_settings, settings, subscription_lifetimes
from notifications.store import subscription_store
from registration.settings import lifetimes, limits
from registration.store import registration_store
from tests.performance.environment import function_environment
from tests.support.atomic_moto import atomic_requests
from tests.support.builders import ALICE, BOB, EVE, NOW
from tests.support.devices import register
from tests.support.table import TABLE, create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CACHED = (
    session_ender,
    session_store,
    registration_store,
    subscription_store,
    timeouts,
    lifetimes,
    limits,
    settings,
    delivery_settings,
    subscription_lifetimes,
    notification_queue,
    probes,
    sqs_client,
    vault,
)
"""What a process reads of its environment once."""


@contextmanager
def sessions_table(**variables: str) -> Iterator["DynamoDBClient"]:
    """Yield the functions' client of the tables; their logs go nowhere.

    There is no session, and a device each for Alice, Bob and Eve, through the same API client.
    ``variables`` of the environment are set anew.
    """
    with (
        patch.dict(os.environ, function_environment("CreateSession") | variables, clear=True),
        patch.object(clock, "now", lambda: NOW),
        redirect_stdout(io.StringIO()),
        mock_aws(),
        atomic_requests(),
    ):
        client = dynamodb_client()
        create_tables(client)
        for subscriber in (ALICE, BOB, EVE):
            register(subscriber)
        try:
            yield client
        finally:
            for cached in _CACHED:
                cached.cache_clear()


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Spare the collector the walks through items that stay; it would double the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def stored_session(client: "DynamoDBClient", media_session_id: str) -> dict[str, Any]:
    """Return the item that changes state."""
    answer = client.get_item(TableName=TABLE, Key=key(media_session_id))
    item: dict[str, Any] = dict(answer["Item"])
    return item
