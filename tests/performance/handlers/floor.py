"""The floor: a handler that only calls ``update_item``, with a client of boto3's defaults."""

from typing import Any

import boto3

_client = boto3.client("dynamodb")


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    _client.update_item(
        TableName="sessions",
        Key={
            "mediaSessionId": {"S": event["pathParameters"]["mediaSessionId"]},
            "part": {"S": "session"},
        },
        ConditionExpression="attribute_exists(mediaSessionId)",
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "Terminated"}},
    )
    return {"statusCode": 204, "headers": {}, "body": ""}
