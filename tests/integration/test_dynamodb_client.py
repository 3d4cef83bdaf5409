"""The client takes the answer to UpdateItem as it comes: botocore would make the same of it."""

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from aws.dynamodb import dynamodb_client, unavailable_on_failure
from camara.errors import Unavailable
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVERYTHING: dict[str, Any] = {
    "text": {"S": "a \u2192 b"},
    "number": {"N": "3"},
    "flag": {"BOOL": True},
    "texts": {"SS": ["a"]},
    "numbers": {"NS": ["1"]},
    "list": {"L": [{"M": {"x": {"NULL": True}}}]},
}


def _update(client: "DynamoDBClient") -> Any:
    key = {"mediaSessionId": {"S": "call"}, "part": {"S": "session"}}
    client.put_item(TableName=TABLE, Item={**key, **EVERYTHING})
    return client.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET flag = :no",
        ExpressionAttributeValues={":no": {"BOOL": False}},
        ReturnValues="ALL_OLD",
    )


def test_the_answer_is_the_same() -> None:
    ours, plain = _update(dynamodb_client()), _update(boto3.client("dynamodb"))

    assert ours["Attributes"] == plain["Attributes"]
    assert ours["Attributes"].items() > EVERYTHING.items()
    assert ours["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert ours.keys() == plain.keys()


def test_a_refusal_is_as_ever() -> None:
    client = dynamodb_client()

    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.update_item(
            TableName=TABLE,
            Key={"mediaSessionId": {"S": "call"}, "part": {"S": "session"}},
            UpdateExpression="SET flag = :no",
            ConditionExpression="attribute_exists(flag)",
            ExpressionAttributeValues={":no": {"BOOL": False}},
        )


def test_what_is_no_json_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    real = BotocoreStubber.__call__

    def cut_off(stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
        answer = real(stubber, event_name, request, **more)
        if "UpdateItem" not in event_name:
            return answer
        return AWSResponse(request.url, 200, {}, MockRawResponse(b'{"Attributes'))  # type: ignore[arg-type]

    monkeypatch.setattr(BotocoreStubber, "__call__", cut_off)

    with pytest.raises(Unavailable), unavailable_on_failure():
        _update(dynamodb_client())


def test_botocore_is_left_nothing_to_parse() -> None:
    response: dict[str, Any] = {"status_code": 200, "body": b'{"Attributes": {}}'}
    taken: dict[str, Any] = {}

    dynamodb_client().meta.events.emit(
        "before-parse.dynamodb.UpdateItem", response_dict=response, customized_response_dict=taken
    )

    assert (response["body"], taken) == (b"{}", {"Attributes": {}})
