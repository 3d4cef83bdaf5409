"""DynamoDB's answers to one operation: noted while it runs on moto, and given again without."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TOLD_BY = {
    "RequestItems": "BatchGetItem",
    "TransactItems": "TransactWriteItems",
    "KeyConditionExpression": "Query",
    "UpdateExpression": "UpdateItem",
    "Item": "PutItem",
    "Key": "GetItem",
}
"""What a request is, by the first of these that its body has."""


class RecordedDynamoDB:
    """Answers each kind of request as it was answered before; any other with nothing in it."""

    def __init__(self) -> None:
        self._answers: dict[str, bytes] = {}

    def note(self, name: str, answer: Mapping[str, Any]) -> None:
        """Answer requests of this kind so; there is one of each kind in an operation."""
        assert name in _TOLD_BY.values(), name
        assert name not in self._answers, name
        said = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
        self._answers[name] = json.dumps(said).encode()

    def body(self, request_body: bytes) -> bytes:
        """Return the body of the answer to the body of a request."""
        asked = json.loads(request_body)
        name = next(name for key, name in _TOLD_BY.items() if key in asked)
        return self._answers.get(name, b"{}")


@contextmanager
def recording(client: "DynamoDBClient") -> Iterator[RecordedDynamoDB]:
    """Note what a client is answered while the context lasts."""
    recorded = RecordedDynamoDB()

    def note(model: Any, parsed: Mapping[str, Any], **_: Any) -> None:
        recorded.note(model.name, parsed)

    client.meta.events.register("after-call.dynamodb", note)
    try:
        yield recorded
    finally:
        client.meta.events.unregister("after-call.dynamodb", note)
