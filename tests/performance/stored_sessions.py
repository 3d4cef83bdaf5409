"""Sessions on moto, stored by the real handlers, at a time that stands still."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto import mock_aws

from call_handling.item import key
from camara import clock
from camara.dynamodb import dynamodb_client
from tests.performance.environment import function_environment
from tests.support.atomic_moto import atomic_requests
from tests.support.builders import NOW
from tests.support.table import TABLE, create_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@contextmanager
def sessions_table() -> Iterator["DynamoDBClient"]:
    """Yield the functions' client of an empty table; their logs go nowhere."""
    with (
        patch.dict(os.environ, function_environment(), clear=True),
        patch.object(clock, "now", lambda: NOW),
        redirect_stdout(io.StringIO()),
        mock_aws(),
        atomic_requests(),
    ):
        client = dynamodb_client()
        create_table(client)
        yield client


def stored_session(client: "DynamoDBClient", media_session_id: str) -> dict[str, Any]:
    """Return the item that changes state."""
    answer = client.get_item(TableName=TABLE, Key=key(media_session_id))
    item: dict[str, Any] = dict(answer["Item"])
    return item
