"""The tables' streams on moto, in the shape in which Lambda hands them to a function."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any

import boto3
from moto.events.models import EventPattern

from tests.support.template import properties

# Left to itself botocore asks an account's own address, which moto does not know.
_ENDPOINT = "https://streams.dynamodb.eu-central-1.amazonaws.com"

type Record = dict[str, Any]


class Stream:
    """The stream of a table, from now on."""

    def __init__(self, table: str) -> None:
        self._client = boto3.client("dynamodbstreams", endpoint_url=_ENDPOINT)
        [stream] = self._client.list_streams(TableName=table)["Streams"]
        self._arn = stream["StreamArn"]
        description = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]
        self._iterator = self._client.get_shard_iterator(
            StreamArn=self._arn,
            ShardId=description["Shards"][0]["ShardId"],
            ShardIteratorType="LATEST",
        )["ShardIterator"]

    def records(self) -> list[Record]:
        """Return what has been written since last asked."""
        answer = self._client.get_records(ShardIterator=self._iterator)
        self._iterator = answer["NextShardIterator"]
        return [_as_lambda_has_it(record) | self._source() for record in answer["Records"]]

    def _source(self) -> Record:
        return {"eventSource": "aws:dynamodb", "eventSourceARN": self._arn}


def meant_for(function: str, records: list[Record]) -> list[Record]:
    """Return the records of the function's streams that pass the filters of these."""
    sources = [source["Properties"] for source in properties(function)["Events"].values()]
    return [record for record in records if any(_passes(source, record) for source in sources)]


def _passes(source: dict[str, Any], record: Any) -> bool:
    table = properties(source["Stream"]["Fn::GetAtt"].partition(".")[0])
    if {key["AttributeName"] for key in table["KeySchema"]} != record["dynamodb"]["Keys"].keys():
        return False
    criteria = source["FilterCriteria"]["Filters"]
    return any(EventPattern.load(each["Pattern"]).matches_event(record) for each in criteria)


def _as_lambda_has_it(record: Any) -> Record:
    plain: Record = json.loads(json.dumps(record, default=_plain))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return b64encode(value).decode()
