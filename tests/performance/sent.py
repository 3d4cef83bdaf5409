"""The requests to DynamoDB, every one that the SDK sends, and what its queries find."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Sent(NamedTuple):
    """A request: ``name`` is DynamoDB's, ``GetItem``."""

    name: str
    body: Mapping[str, Any]


@contextmanager
def sent_by(client: "DynamoDBClient") -> Iterator[list[Sent]]:
    """Yield the list of what is sent while the context lasts."""
    sent: list[Sent] = []

    def note(request: AWSPreparedRequest, **_: Any) -> None:
        target = request.headers["X-Amz-Target"]
        assert isinstance(request.body, bytes)
        name = target.decode() if isinstance(target, bytes) else target
        sent.append(Sent(name.rpartition(".")[2], json.loads(request.body)))

    client.meta.events.register_first("before-send.dynamodb", note)
    try:
        yield sent
    finally:
        client.meta.events.unregister("before-send.dynamodb", note)


@contextmanager
def found_by_queries(client: "DynamoDBClient") -> Iterator[list[list[dict[str, Any]]]]:
    """Yield the list of the pages that queries return while the context lasts."""
    pages: list[list[dict[str, Any]]] = []

    def note(parsed: dict[str, Any], **_: Any) -> None:
        pages.append(parsed["Items"])

    client.meta.events.register("after-call.dynamodb.Query", note)
    try:
        yield pages
    finally:
        client.meta.events.unregister("after-call.dynamodb.Query", note)


def in_words(sent: Iterable[Sent]) -> str:
    """Say how many of each there are, in the order in which they were first sent."""
    counts = Counter(request.name for request in sent)
    return ", ".join(f"{count} {name}" for name, count in counts.items())
