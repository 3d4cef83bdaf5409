"""PublishSessionEvents: each change of a call is told to whom it concerns, once and in order."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from camara.identity import client_key, subscriber_key
from events.item import key
from events.publish_session_events import handler
from events.subscription import EventType, TerminationReason
from tests.integration.conftest import FakeClock, Messaging
from tests.integration.faulty_dynamodb import client_error
from tests.integration.test_end_stale_sessions import sweep
from tests.support.api import delete, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    BOB_KEY,
    EVE,
    NOW,
    a_call_request,
    a_context,
    a_location,
    a_registration,
)
from tests.support.devices import deregister, register
from tests.support.messaging import (
    Message,
    Requests,
    answering,
    failing,
    put_on_bus,
    set_aside_in,
    subscribe,
    taken_from,
)
from tests.support.privacy import personal_in
from tests.support.streams import Record, Stream, meant_for
from tests.support.table import SUBSCRIPTIONS, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INVITATION = {"number": BOB_KEY, "type": EventType.SESSION_INVITATION}
BOBS = {"number": BOB_KEY}
ANSWERED = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
FUNCTION = "PublishSessionEvents"


def publish(records: list[Record]) -> list[str]:
    """Return what is to come again."""
    answer = handler({"Records": meant_for(FUNCTION, records)}, None)  # type: ignore[arg-type]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def numbers(records: list[Record]) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in meant_for(FUNCTION, records)]


@pytest.fixture
def stream(messaging: Messaging) -> Stream:
    del messaging
    return Stream(TABLE)


@pytest.fixture
def set_aside(messaging: Messaging, monkeypatch: pytest.MonkeyPatch) -> str:
    del messaging
    return set_aside_in(monkeypatch)


def told(queue: str) -> list[tuple[str, str, int, str]]:
    """Return subscription, status, sequence number and reason of each notification."""
    return [_told(message) for message in taken_from(queue)]


def _told(message: Message) -> tuple[str, str, int, str]:
    data = message["data"]
    return message["subscription_id"], data["status"], data["sequenceNumber"], data["reason"]


def test_the_receiver_is_invited(messaging: Messaging, stream: Stream) -> None:
    invited = subscribe(1, **INVITATION)
    subscribe(2, type=EventType.SESSION_INVITATION)
    subscribe(3, **BOBS)
    call = post().body["mediaSessionId"]

    assert publish(records := stream.records()) == []
    [message] = taken_from(messaging.queue)
    assert len(message.pop("event_id")) == 32
    assert len(message.pop("correlator")) == 32
    assert message == {
        "number": BOB_KEY,
        "subscription_id": invited.subscription_id,
        "type": EventType.SESSION_INVITATION,
        "media_session_id": call,
        "time": message["time"],
        "data": {"status": "Initial", "reason": "New incoming call", "sequenceNumber": 1},
    }
    assert message["time"].endswith("Z")
    assert len(records) == 2


def test_both_ends_hear_of_each_change_in_order_whoever_made_it(
    messaging: Messaging, stream: Stream
) -> None:
    alice, bob = subscribe(1), subscribe(2, **BOBS)
    subscribe(3, **INVITATION)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    put(BOB, call, ANSWERED)
    put(ALICE, call, "Connected")
    delete(BOB, call)
    publish(stream.records())

    heard = [told for told in told(messaging.queue) if told[2] > 1]
    changes = [
        ("Ringing", 2, "Call rings"),
        ("Connected", 3, "Call answered"),
        ("Connected", 4, "Call answered: session updated"),
        ("Terminated", 5, "Call terminated by receiver"),
    ]
    for subscription in (alice, bob):
        assert [rest for who, *rest in heard if who == subscription.subscription_id] == [
            list(change) for change in changes
        ]
    assert len(heard) == 8


@pytest.mark.parametrize(
    ("party", "status", "reason", "sip"),
    [
        (ALICE, "SessionCancelled", "Call cancelled by originator", {"method": "CANCEL"}),
        (BOB, "Declined", "Call declined by receiver", {"status": 603, "phrase": "Decline"}),
    ],
)
def test_a_delete_is_told_to_both_with_its_correlator_and_put_on_the_bus(
    messaging: Messaging,
    stream: Stream,
    requests: Requests,
    party: str,
    status: str,
    reason: str,
    sip: dict[str, Any],
) -> None:
    call = post().body["mediaSessionId"]
    stream.records()
    ids = {subscribe(1).subscription_id, subscribe(2, **BOBS).subscription_id}
    delete(party, call, correlator="hung-up")
    publish(stream.records())

    messages = taken_from(messaging.queue)
    assert {message["subscription_id"] for message in messages} == ids
    assert {message["correlator"] for message in messages} == {"hung-up"}
    assert {_told(message)[1:] for message in messages} == {(status, 2, reason)}
    [entry] = put_on_bus(requests)
    assert entry == {
        "EventBusName": messaging.bus,
        "Source": "webrtc-call-handling",
        "DetailType": "MediaSessionStatusChanged",
        "Detail": {
            "mediaSessionId": call,
            "sequenceNumber": 2,
            "status": status,
            "previousStatus": "Initial",
            "endedBy": "originator" if party == ALICE else "receiver",
            "reason": reason,
            "sip": sip,
            "time": messages[0]["time"],
        },
    }


def test_what_the_network_ends_is_told_with_its_reason(
    messaging: Messaging, stream: Stream
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    put(BOB, call, ANSWERED)
    stream.records()
    sweep({"mediaSessionIds": [call], "reason": "maintenance"})
    publish(stream.records())

    assert [rest for _, *rest in told(messaging.queue)] == [
        ["Terminated", 3, "Call terminated by network: maintenance"]
    ]


def test_a_call_that_nobody_answers_is_told(
    messaging: Messaging, stream: Stream, requests: Requests, time_stands_still: FakeClock
) -> None:
    subscribe()
    post()
    time_stands_still.now += 121
    sweep()
    publish(stream.records())

    [(_, *heard)] = told(messaging.queue)
    assert heard == ["NoAnswer", 2, "Call not answered: deadline passed"]
    on_bus = [
        (entry["Detail"]["endedBy"], entry["Detail"]["sip"]) for entry in put_on_bus(requests)
    ]
    assert on_bus[0] == (None, {"method": "INVITE"})
    assert on_bus[1] == ("network", {"status": 408, "phrase": "Request Timeout"})


def test_a_location_or_new_sdp_is_a_change_of_the_call_and_told_once(
    messaging: Messaging, stream: Stream
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    put(BOB, call, ANSWERED)
    stream.records()
    put(BOB, call, {"status": "Connected", "locationDetails": a_location()})
    put(BOB, call, {"status": "Connected", "answer": {"sdp": "v=0 changed"}})
    records = stream.records()
    publish(records)

    assert [rest[1] for _, *rest in told(messaging.queue)] == [3, 4]
    assert len(records) == 4


def test_both_ends_hear_through_the_clients_that_the_call_is_bound_to(
    messaging: Messaging, stream: Stream
) -> None:
    other = client_key("client-2")
    register(BOB, 2, client=other)
    own = subscribe(1).subscription_id
    subscribe(2, client=other)
    bobs = {
        subscribe(number, client=client, **BOBS).subscription_id
        for number, client in ((3, client_key("client-1")), (4, other))
    }
    subscribe(5, client="x" * 11, **BOBS)
    subscribe(6, number=subscriber_key(EVE))
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    publish(stream.records())

    assert {who for who, *_ in told(messaging.queue)} == {own} | bobs


def test_a_device_is_invited_while_it_is_registered(
    messaging: Messaging, stream: Stream, time_stands_still: FakeClock
) -> None:
    registered = subscribe(1, **INVITATION)
    # Another device, and the same one through another client.
    subscribe(2, device_id=a_registration(BOB, 2).device_id, **INVITATION)
    subscribe(3, client=client_key("client-2"), **INVITATION)
    post()
    publish(stream.records())
    assert [who for who, *_ in told(messaging.queue)] == [registered.subscription_id]

    deregister(BOB)
    post()
    publish(stream.records())
    assert told(messaging.queue) == []

    register(BOB, 3, expires_at=NOW + 60)
    woken = subscribe(4, device_id=a_registration(BOB, 3).device_id, **INVITATION)
    post()
    publish(stream.records())
    assert [who for who, *_ in told(messaging.queue)] == [woken.subscription_id]

    time_stands_still.now += 60
    post()
    publish(stream.records())
    assert told(messaging.queue) == []


def test_a_device_that_was_registered_since_hears_what_becomes_of_the_call(
    messaging: Messaging, stream: Stream
) -> None:
    deregister(BOB)
    call = post().body["mediaSessionId"]
    stream.records()
    register(BOB, 2)
    late = subscribe(1, device_id=a_registration(BOB, 2).device_id, **BOBS)
    put(BOB, call, "Ringing")
    publish(stream.records())

    assert [who for who, *_ in told(messaging.queue)] == [late.subscription_id]


def test_a_device_that_is_deregistered_hears_how_its_call_ends_and_of_no_other(
    messaging: Messaging, stream: Stream
) -> None:
    gone = subscribe(1, **BOBS)
    call = post().body["mediaSessionId"]
    deregister(BOB)
    other = post().body["mediaSessionId"]
    delete(ALICE, call)
    delete(ALICE, other)
    publish(stream.records())

    assert [(who, status) for who, status, *_ in told(messaging.queue)] == [
        (gone.subscription_id, "SessionCancelled")
    ]


def test_the_client_that_called_may_be_another_one(messaging: Messaging, stream: Stream) -> None:
    register(ALICE, 2, client=client_key("client-2"))
    subscribe(1)
    second = subscribe(2, client=client_key("client-2"))
    call = post(context=a_context(client_id="client-2")).body["mediaSessionId"]
    put(BOB, call, "Ringing")
    publish(stream.records())

    assert [who for who, *_ in told(messaging.queue)] == [second.subscription_id]


def test_a_subscription_that_is_over_hears_nothing(
    messaging: Messaging, stream: Stream, time_stands_still: FakeClock
) -> None:
    subscribe(1, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW)
    subscribe(2, ends_at=NOW + 10)
    subscribe(3, ends_at=NOW + 10, **BOBS)
    subscribe(4, ends_at=NOW + 10, **INVITATION)
    going_on = subscribe(5, ends_at=NOW + 11)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    time_stands_still.now += 10
    publish(stream.records())

    assert [who for who, *_ in told(messaging.queue)] == [going_on.subscription_id]


def test_the_same_change_is_the_same_event_for_the_same_subscription_only(
    messaging: Messaging, stream: Stream, requests: Requests
) -> None:
    subscribe(1)
    subscribe(2, **BOBS)
    subscribe(3, **INVITATION)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    put(BOB, call, "Ringing")
    records = stream.records()
    publish(records * 2)
    for record in records:
        publish([record])

    sent: Counter[str] = Counter()
    for name, arguments in requests:
        if name == "SendMessageBatch":
            for entry in arguments["Entries"]:
                body = json.loads(entry["MessageBody"])
                assert entry["MessageDeduplicationId"] == body["event_id"]
                assert entry["MessageGroupId"] == body["subscription_id"]
                sent[body["event_id"]] += 1
    assert list(sent.values()) == [3] * 5
    assert len(taken_from(messaging.queue)) == 5


def test_what_is_stored_beside_a_session_and_what_is_cleared_up_is_no_event(
    stream: Stream,
) -> None:
    call = post().body["mediaSessionId"]
    put(BOB, call, {**ANSWERED, "locationDetails": a_location()})
    dynamodb = boto3.client("dynamodb")
    for part in ("session", "offer"):
        key = {"mediaSessionId": {"S": call}, "part": {"S": part}}
        dynamodb.delete_item(TableName=TABLE, Key=key)
    records = stream.records()

    parts = [record["dynamodb"]["Keys"]["part"]["S"] for record in records]
    assert sorted(parts)[:3] == ["answer", "location#" + BOB_KEY, "offer"]
    assert [
        (record["eventName"], record["dynamodb"]["Keys"]["part"]["S"])
        for record in meant_for(FUNCTION, records)
    ] == [("INSERT", "session"), ("MODIFY", "session")]


def test_a_record_that_shows_no_change_is_no_event(messaging: Messaging, stream: Stream) -> None:
    subscribe(1, **INVITATION)
    subscribe(2)
    post()
    [record] = meant_for(FUNCTION, stream.records())
    record["dynamodb"]["OldImage"] = record["dynamodb"]["NewImage"]

    assert publish([record]) == []
    assert taken_from(messaging.queue) == []


def test_nothing_personal_is_queued_or_put_on_the_bus(
    messaging: Messaging, stream: Stream, requests: Requests
) -> None:
    subscribe(1)
    subscribe(2, **INVITATION)
    call = post().body["mediaSessionId"]
    put(BOB, call, {**ANSWERED, "locationDetails": a_location()})
    delete(ALICE, call)
    publish(stream.records())

    sent = [json.dumps(message) for message in taken_from(messaging.queue) + put_on_bus(requests)]
    assert len(sent) == 3 + 3
    assert personal_in("\n".join(sent)) == []


def test_a_hundred_subscriptions_are_a_hundred_messages_in_batches_of_ten(
    messaging: Messaging, stream: Stream, requests: Requests
) -> None:
    ids = [subscribe(number, **INVITATION).subscription_id for number in range(100)]
    post()
    records = stream.records()
    requests.clear()
    publish(records)

    assert Counter(name for name, _ in requests) == {
        "GetItem": 1,
        "Query": 1,
        "SendMessageBatch": 10,
        "PutEvents": 1,
    }
    assert {who for who, *_ in told(messaging.queue)} == set(ids)


FAILURES = [
    client_error("InternalServerError"),
    client_error("AccessDeniedException"),
    EndpointConnectionError(endpoint_url="http://a"),
]


@pytest.mark.parametrize("operation", ["Query", "SendMessageBatch", "PutEvents"])
@pytest.mark.parametrize("error", FAILURES, ids=["error", "our fault", "connection"])
def test_what_is_not_served_comes_again_and_nothing_overtakes_it(
    messaging: Messaging, stream: Stream, set_aside: str, operation: str, error: Exception
) -> None:
    subscribe(1)
    call = post().body["mediaSessionId"]
    stream.records()
    for status in ("Ringing", "Proceeding", "Ringing"):
        put(BOB, call, status)
    records = stream.records()
    with pytest.MonkeyPatch.context() as patch:
        failing(patch, operation, error)
        assert publish(records) == numbers(records)[:1]
    assert publish(records) == []

    assert [rest[1] for _, *rest in told(messaging.queue)] == [2, 3, 4]
    assert taken_from(set_aside) == []


def test_only_what_failed_and_what_follows_comes_again(
    messaging: Messaging, stream: Stream, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    for status in ("Ringing", "Proceeding", "Ringing"):
        put(BOB, call, status)
    records = stream.records()
    puts = iter([{"FailedEntryCount": 0}, {"FailedEntryCount": 0}, {"FailedEntryCount": 1}])
    with monkeypatch.context() as patch:
        answering(patch, "PutEvents", lambda _: next(puts))
        assert publish(records) == [numbers(records)[2]]
    requests.clear()
    assert publish(meant_for(FUNCTION, records)[2:]) == []

    assert [entry["Detail"]["sequenceNumber"] for entry in put_on_bus(requests)] == [3, 4]
    assert [rest[1] for _, *rest in told(messaging.queue)] == [2, 3, 4]


def test_a_message_that_is_not_queued_makes_the_record_come_again(
    messaging: Messaging, stream: Stream, requests: Requests
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    records = stream.records()[2:]
    with pytest.MonkeyPatch.context() as patch:
        answering(patch, "SendMessageBatch", lambda _: {"Failed": [{"Id": "0"}]})
        assert publish(records) == numbers(records)
    assert put_on_bus(requests) == []
    assert publish(records) == []
    assert len(taken_from(messaging.queue)) == 1


def test_a_record_that_makes_no_sense_is_set_aside_and_keeps_nobody(
    messaging: Messaging, stream: Stream, set_aside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribe()
    calls = [post().body["mediaSessionId"] for _ in range(2)]
    stream.records()
    for call in calls * 2:
        put(BOB, call, "Ringing")
    records = stream.records()
    del records[0]["dynamodb"]["NewImage"]["receiver"]

    assert publish(records) == []
    assert [rest[1] for _, *rest in told(messaging.queue)] == [2, 3, 3]
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


def test_a_subscription_that_makes_no_sense_keeps_only_the_calls_of_its_number(
    messaging: Messaging, stream: Stream, set_aside: str, table: "DynamoDBClient"
) -> None:
    broken = subscribe(1, number=subscriber_key(EVE))
    table.update_item(
        TableName=SUBSCRIPTIONS,
        Key=key(broken.number, broken.subscription_id),
        UpdateExpression="REMOVE sink",
    )
    subscribe(2)
    post(EVE, a_call_request(originatorAddress=f"tel:{EVE}", receiverAddress=f"tel:{ALICE}"))
    post(ALICE, a_call_request(receiverAddress=f"tel:{EVE}"))
    put(BOB, post().body["mediaSessionId"], "Ringing")

    assert publish(stream.records()) == []
    assert [message["fault"] for message in taken_from(set_aside)] == ["KeyError"]
    assert len(taken_from(messaging.queue)) == 1


def test_what_cannot_be_set_aside_comes_again(
    stream: Stream, set_aside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post()
    records = stream.records()
    del records[0]["dynamodb"]["NewImage"]["receiver"]
    failing(monkeypatch, "SendMessage", client_error("InternalError"))

    assert publish(records) == numbers(records)
    assert set_aside
