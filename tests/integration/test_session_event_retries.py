"""PublishEvents, of calls: what fails comes again, in order; what makes no sense is set aside."""

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError

from notifications.item import audience_key
from tests.support.api import post, put
from tests.support.builders import ALICE, BOB, EVE, a_call_request
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import (
    Requests,
    answering,
    failing,
    set_aside_in,
    subscribe,
    taken_from,
)
from tests.support.on_moto import Messaging
from tests.support.session_events import BOBS, FUNCTION, INVITATION, all_told, numbers, publish
from tests.support.session_records import of_calls
from tests.support.streams import Stream
from tests.support.table import SUBSCRIPTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FAILURES = [
    client_error("InternalServerError"),
    client_error("AccessDeniedException"),
    EndpointConnectionError(endpoint_url="http://a"),
]


@pytest.fixture
def set_aside(messaging: Messaging, monkeypatch: pytest.MonkeyPatch) -> str:
    del messaging
    return set_aside_in(monkeypatch)


def test_the_same_change_is_the_same_event_for_the_same_subscription_only(
    messaging: Messaging, session_stream: Stream, requests: Requests
) -> None:
    subscribe(1)
    subscribe(2, **BOBS)
    subscribe(3, **INVITATION)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    put(BOB, call, "Proceeding")
    records = session_stream.records()
    publish(records * 2)
    for record in records:
        publish([record])

    sent: Counter[str] = Counter()
    for name, arguments in requests:
        if name == "SendMessageBatch":
            for entry in arguments["Entries"]:
                body = json.loads(entry["MessageBody"])
                assert entry["MessageDeduplicationId"] == body["event_id"]
                assert entry["MessageGroupId"] == body["device"]
                sent[body["event_id"]] += 1
    assert list(sent.values()) == [3] * 5
    assert len(taken_from(messaging.queue)) == 5


@pytest.mark.parametrize("operation", ["BatchGetItem", "SendMessageBatch"])
@pytest.mark.parametrize("error", FAILURES, ids=["error", "our fault", "connection"])
def test_what_is_not_served_comes_again_and_nothing_overtakes_it(
    messaging: Messaging, session_stream: Stream, set_aside: str, operation: str, error: Exception
) -> None:
    subscribe(1)
    call = post().body["mediaSessionId"]
    session_stream.records()
    for status in ("Ringing", "Proceeding", "Ringing"):
        put(BOB, call, status)
    records = session_stream.records()
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, operation, error)
        assert publish(records) == numbers(records)[:1]
    assert publish(records) == []

    assert [rest[1] for _, *rest in all_told(messaging.queue)] == [2, 3, 4]
    assert taken_from(set_aside) == []


def test_only_what_failed_and_what_follows_comes_again(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    subscribe()
    records = of_calls([1, 1, 1, 1])
    answers = iter([{}, {"Failed": [{"Id": "1"}]}])
    with monkeypatch.context() as patch:
        answering(patch, "SendMessageBatch", lambda _: next(answers))
        assert publish(records) == [numbers(records)[2]]
    requests.clear()
    assert publish(records[2:]) == []

    assert [name for name, _ in requests].count("SendMessageBatch") == 2
    assert [rest[1] for _, *rest in all_told(messaging.queue)] == [3, 4]


def test_a_message_that_is_not_queued_makes_the_record_come_again(
    messaging: Messaging, session_stream: Stream
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    records = session_stream.records()[2:]
    with pytest.MonkeyPatch.context() as patch:
        answering(patch, "SendMessageBatch", lambda _: {"Failed": [{"Id": "0"}]})
        assert publish(records) == numbers(records)
    assert publish(records) == []
    assert len(taken_from(messaging.queue)) == 1


def test_a_record_that_makes_no_sense_is_set_aside_and_keeps_nobody(
    messaging: Messaging, session_stream: Stream, set_aside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe()
    calls = [post().body["mediaSessionId"] for _ in range(2)]
    session_stream.records()
    for status in ("Ringing", "Proceeding"):
        for call in calls:
            put(BOB, call, status)
    records = session_stream.records()
    del records[0]["dynamodb"]["NewImage"]["receiver"]

    assert publish(records) == []
    assert [rest[1] for _, *rest in all_told(messaging.queue)] == [2, 3, 3]
    number = numbers(records)[0]
    assert taken_from(set_aside) == [
        {
            "function": FUNCTION,
            "fault": "KeyError",
            "DDBStreamBatchInfo": {
                "streamArn": records[0]["eventSourceARN"],
                "startSequenceNumber": number,
                "endSequenceNumber": number,
                "batchSize": 1,
            },
        }
    ]
    assert number in capsys.readouterr().out


def test_an_audience_that_makes_no_sense_keeps_only_the_calls_of_its_number(
    messaging: Messaging, session_stream: Stream, set_aside: str, table: "DynamoDBClient"
) -> None:
    broken = subscribe(1, subscriber=EVE)
    table.update_item(
        TableName=SUBSCRIPTIONS,
        Key=audience_key(broken.subscriber_key),
        UpdateExpression="REMOVE listeners.#id.device",
        ExpressionAttributeNames={"#id": broken.subscription_id},
    )
    subscribe(2)
    post(EVE, a_call_request(originatorAddress=f"tel:{EVE}", receiverAddress=f"tel:{ALICE}"))
    post(ALICE, a_call_request(receiverAddress=f"tel:{EVE}"))
    put(BOB, post().body["mediaSessionId"], "Ringing")

    assert publish(session_stream.records()) == []
    assert [message["fault"] for message in taken_from(set_aside)] == ["KeyError"]
    assert len(taken_from(messaging.queue)) == 1


def test_what_cannot_be_set_aside_comes_again(
    session_stream: Stream, set_aside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post()
    records = session_stream.records()
    del records[0]["dynamodb"]["NewImage"]["receiver"]
    failing(monkeypatch, "SendMessage", client_error("InternalError"))

    assert publish(records) == numbers(records)
    assert set_aside
