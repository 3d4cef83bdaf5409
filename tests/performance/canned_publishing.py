"""What AWS answers to a publisher, without AWS: stored items, and that all was queued and told."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from tests.performance.ringing_calls import Item
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS

_KEYS = {SUBSCRIPTIONS: ("number", "subscriptionId"), REGISTRATIONS: ("owner",)}


class CannedPublishing:
    """DynamoDB, SQS and EventBridge; counts requests, messages and events since ``forget``."""

    def __init__(self, items: Iterable[tuple[str, Item]]) -> None:
        self._items: dict[tuple[str, ...], Item] = {}
        self._of_number: dict[str, list[Item]] = defaultdict(list)
        for table, item in items:
            self._items[self._key(table, item)] = item
            # An audience was no answer to the former way's query.
            if "sink" in item:
                self._of_number[item["number"]["S"]].append(item)
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Count from now on."""
        self.requests = Counter[str]()
        self.messages = 0
        self.events = 0

    def body(self, request_body: bytes) -> bytes:
        """Return the body of the answer to the body of a request, which says what it is."""
        request = json.loads(request_body)
        for sign, name, answer in (
            ("RequestItems", "BatchGetItem", self._batch),
            ("KeyConditionExpression", "Query", self._query),
            ("Key", "GetItem", self._get),
            ("QueueUrl", "SendMessageBatch", self._send),
            ("Entries", "PutEvents", self._put_events),
        ):
            if sign in request:
                with self._lock:
                    self.requests[name] += 1
                    return json.dumps(answer(request)).encode()
        raise ValueError(request)

    def _batch(self, request: Mapping[str, Any]) -> Any:
        [(table, asked)] = request["RequestItems"].items()
        keys = [self._key(table, each) for each in asked["Keys"]]
        found = [self._items[each] for each in keys if each in self._items]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def _query(self, request: Mapping[str, Any]) -> Any:
        return {"Items": self._of_number[request["ExpressionAttributeValues"][":number"]["S"]]}

    def _get(self, request: Mapping[str, Any]) -> Any:
        return {"Item": self._items[self._key(request["TableName"], request["Key"])]}

    def _send(self, request: Mapping[str, Any]) -> Any:
        self.messages += len(request["Entries"])
        sent = [{"Id": entry["Id"], "MessageId": "0" * 36} for entry in request["Entries"]]
        return {"Successful": sent}

    def _put_events(self, request: Mapping[str, Any]) -> Any:
        self.events += len(request["Entries"])
        put = [{"EventId": "0" * 36} for _ in request["Entries"]]
        return {"FailedEntryCount": 0, "Entries": put}

    @staticmethod
    def _key(table: str, item: Item) -> tuple[str, ...]:
        return (table, *(item[name]["S"] for name in _KEYS[table]))
