"""moto, made to serve one request after another, by our clock, transactions at a bearable price.

Its DynamoDB reads and writes an item in steps; the real one serves each request at one moment,
which is what the sweep's threads rely on. Before a transaction it copies the table, and all that
the table's stream has ever told with it, though that never changes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock
from typing import Any
from unittest.mock import patch

from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.models.table import StreamRecord

from aws import clock

_LOCK = RLock()
_serve = BotocoreStubber.__call__


def _serve_alone(stubber: BotocoreStubber, *args: Any, **kwargs: Any) -> Any:
    with _LOCK:
        return _serve(stubber, *args, **kwargs)


def _itself(record: StreamRecord, _memo: Any) -> StreamRecord:
    return record


def _now() -> datetime:
    """Return the time of a change: a stream tells it, and what is told may depend on it."""
    return datetime.fromtimestamp(clock.now(), UTC).replace(tzinfo=None)


@contextmanager
def atomic_requests() -> Iterator[None]:
    """Serve no two requests at once meanwhile."""
    with (
        patch("moto.dynamodb.models.table.utcnow", _now),
        patch.object(BotocoreStubber, "__call__", _serve_alone),
        patch.object(StreamRecord, "__deepcopy__", _itself, create=True),
    ):
        yield
