"""What the four publishers have in common: at least once, in order, and poison set aside."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import EndpointConnectionError

from camara.scope import EventType
from tests.support import subscription_ends
from tests.support.builders import ALICE, BOB, EVE
from tests.support.devices import deregister
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import Requests, failing, set_aside_in, subscribe, taken_from
from tests.support.session_events import BOBS, INVITATION, publish, tell_the_bus
from tests.support.session_records import of_calls
from tests.support.streams import Record, Stream, meant_for
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS

pytestmark = pytest.mark.usefixtures("messaging")


class Publisher(NamedTuple):
    """A publisher, records for it of three owners, and a property that they cannot do without."""

    name: str
    publish: Callable[[list[Record]], list[str]]
    records: Callable[[], list[Record]]
    needs: str
    asks: tuple[str, ...]

    def meant(self) -> list[Record]:
        return meant_for(self.name, self.records())


def of_three_calls() -> list[Record]:
    for number, kind in enumerate(({}, BOBS, INVITATION)):
        subscribe(number, **kind)
    return of_calls([1, 2, 3])


def of_three_registrations() -> list[Record]:
    stream = Stream(REGISTRATIONS)
    for subscriber in (ALICE, BOB, EVE):
        subscribe(1, subscriber=subscriber, type=EventType.REGISTRATION_ENDS)
        deregister(subscriber)
    return stream.records()


def of_three_subscriptions() -> list[Record]:
    stream = Stream(SUBSCRIPTIONS)
    for subscriber in (ALICE, BOB, EVE):
        subscription_ends.end(subscribe(1, subscriber=subscriber))
    return stream.records()


READ_AND_QUEUE = ("BatchGetItem", "SendMessageBatch")
PUBLISHERS = {
    "calls": Publisher("PublishEvents", publish, of_three_calls, "receiver", READ_AND_QUEUE),
    "the bus": Publisher(
        "PublishToSessionsBus", tell_the_bus, of_three_calls, "receiver", ("PutEvents",)
    ),
    "registrations": Publisher(
        "PublishEvents", publish, of_three_registrations, "version", READ_AND_QUEUE
    ),
    "subscriptions": Publisher(
        "PublishEvents", publish, of_three_subscriptions, "sink", ("SendMessageBatch",)
    ),
}
each_publisher = pytest.mark.parametrize("publisher", PUBLISHERS.values(), ids=PUBLISHERS)
FAILURES = {
    "error": client_error("InternalServerError"),
    "our fault": client_error("AccessDeniedException"),
    "connection": EndpointConnectionError(endpoint_url="http://a"),
}


def sent(requests: Requests) -> list[dict[str, Any]]:
    """Return what was queued or put on the bus, in this order, and forget it."""
    made = [
        {name: value for name, value in entry.items() if name != "Id"}
        for name, arguments in requests
        if name in {"SendMessageBatch", "PutEvents"}
        for entry in arguments["Entries"]
    ]
    requests.clear()
    return made


def number_of(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


@each_publisher
def test_the_same_records_again_are_the_same_events(
    requests: Requests, publisher: Publisher
) -> None:
    records = publisher.meant()
    requests.clear()
    assert publisher.publish(records) == []
    first = sent(requests)
    assert len(first) >= len(records)

    assert publisher.publish(records) == []
    assert sent(requests) == first
    for entry in first:
        if "MessageBody" in entry:
            body = json.loads(entry["MessageBody"])
            assert entry["MessageDeduplicationId"] == body["event_id"]
            assert entry["MessageGroupId"] == body["device"]


@pytest.mark.parametrize("error", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize(
    ("publisher", "operation"),
    [
        pytest.param(publisher, operation, id=f"{name} {operation}")
        for name, publisher in PUBLISHERS.items()
        for operation in publisher.asks
    ],
)
def test_what_is_not_served_comes_again_and_nothing_overtakes_it(
    monkeypatch: pytest.MonkeyPatch,
    requests: Requests,
    publisher: Publisher,
    operation: str,
    error: Exception,
) -> None:
    queue = set_aside_in(monkeypatch)
    records = publisher.meant()
    with monkeypatch.context() as patch:
        failing(patch, operation, error)
        assert publisher.publish(records) == [number_of(records[0])]
    requests.clear()

    assert publisher.publish(records) == []
    assert len(sent(requests)) >= len(records)
    assert taken_from(queue) == []


@each_publisher
def test_a_record_that_makes_no_sense_is_set_aside_and_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
    requests: Requests,
    capsys: pytest.CaptureFixture[str],
    publisher: Publisher,
) -> None:
    queue = set_aside_in(monkeypatch)
    records = publisher.meant()
    broken = records[1]
    requests.clear()
    publisher.publish([broken])
    its_own = sent(requests)
    publisher.publish(records)
    all_of_them = sent(requests)
    del broken["dynamodb"]["NewImage"][publisher.needs]

    assert publisher.publish(records) == []
    assert sent(requests) == [entry for entry in all_of_them if entry not in its_own]
    number = number_of(broken)
    [message] = taken_from(queue)
    assert message == {
        "function": publisher.name,
        "fault": "KeyError",
        "DDBStreamBatchInfo": {
            "streamArn": broken.get("eventSourceARN", message["DDBStreamBatchInfo"]["streamArn"]),
            "startSequenceNumber": number,
            "endSequenceNumber": number,
            "batchSize": 1,
        },
    }
    assert number in capsys.readouterr().out
