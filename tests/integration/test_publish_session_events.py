"""PublishEvents, of calls: each change of a call is told to sinks, and nothing else is."""

import json

import boto3
import pytest

from camara.scope import EventType
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, BOB_ACTS, BOB_KEY, TIMEOUTS, a_location
from tests.support.messaging import Requests, put_on_bus, subscribe, taken_from
from tests.support.on_moto import FakeClock, Messaging
from tests.support.privacy import personal_in
from tests.support.session_events import (
    ANSWERED,
    BOBS,
    BUS_FUNCTION,
    FUNCTION,
    INVITATION,
    all_told,
    publish,
    tell_the_bus,
    told,
)
from tests.support.streams import Stream, meant_for
from tests.support.sweep import sweep
from tests.support.table import TABLE


def test_the_receiver_is_invited(messaging: Messaging, session_stream: Stream) -> None:
    invited = subscribe(1, **INVITATION)
    subscribe(2, type=EventType.SESSION_INVITATION)
    subscribe(3, **BOBS)
    call = post().body["mediaSessionId"]

    assert publish(records := session_stream.records()) == []
    [message] = taken_from(messaging.queue)
    assert len(message.pop("event_id")) == 32
    assert len(message.pop("correlator")) == 32
    assert message == {
        "number": BOB_KEY,
        "subscription_id": invited.subscription_id,
        "device": invited.device,
        "type": EventType.SESSION_INVITATION,
        "media_session_id": call,
        "time": message["time"],
        "data": {"status": "Initial", "reason": "New incoming call", "sequenceNumber": 1},
    }
    assert message["time"].endswith("Z")
    assert len(records) == 2


def test_both_ends_hear_of_each_change_in_order_whoever_made_it(
    messaging: Messaging, session_stream: Stream
) -> None:
    alice, bob = subscribe(1), subscribe(2, **BOBS)
    subscribe(3, **INVITATION)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    put(BOB, call, ANSWERED)
    put(ALICE, call, {"status": "Connected", "locationDetails": a_location()})
    delete(BOB, call)
    publish(session_stream.records())

    heard = [each for each in all_told(messaging.queue) if each[2] > 1]
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
    ("party", "status", "reason"),
    [
        (ALICE, "SessionCancelled", "Call cancelled by originator"),
        (BOB, "Declined", "Call declined by receiver"),
    ],
)
def test_a_delete_is_told_to_both_with_its_correlator(
    messaging: Messaging, session_stream: Stream, party: str, status: str, reason: str
) -> None:
    call = post().body["mediaSessionId"]
    session_stream.records()
    ids = {subscribe(1).subscription_id, subscribe(2, **BOBS).subscription_id}
    delete(party, call, correlator="hung-up")
    publish(session_stream.records())

    messages = taken_from(messaging.queue)
    assert {message["subscription_id"] for message in messages} == ids
    assert {message["correlator"] for message in messages} == {"hung-up"}
    assert {told(message)[1:] for message in messages} == {(status, 2, reason)}


def test_what_the_network_ends_is_told_with_its_reason(
    messaging: Messaging, session_stream: Stream
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    put(BOB, call, ANSWERED)
    session_stream.records()
    sweep({"mediaSessionIds": [call], "reason": "maintenance"})
    publish(session_stream.records())

    assert [rest for _, *rest in all_told(messaging.queue)] == [
        ["Terminated", 3, "Call terminated by network: maintenance"]
    ]


def test_a_call_that_nobody_answers_is_told(
    messaging: Messaging, session_stream: Stream, clock: FakeClock
) -> None:
    subscribe()
    post()
    clock.now += 121
    sweep()
    publish(session_stream.records())

    [(_, *heard)] = all_told(messaging.queue)
    assert heard == ["NoAnswer", 2, "Call not answered: deadline passed"]


def test_a_location_or_new_sdp_is_a_change_of_the_call_and_told_once(
    messaging: Messaging, session_stream: Stream
) -> None:
    subscribe()
    call = post().body["mediaSessionId"]
    put(BOB, call, ANSWERED)
    session_stream.records()
    put(BOB, call, {"status": "Connected", "locationDetails": a_location()})
    put(BOB, call, {"status": "Connected", "offer": {"sdp": "v=0 changed"}})
    records = session_stream.records()
    publish(records)

    assert [rest[1] for _, *rest in all_told(messaging.queue)] == [3, 4]
    assert len(records) == 4


def test_a_put_that_changes_nothing_is_no_event_even_if_it_renews_the_lease(
    messaging: Messaging, session_stream: Stream, requests: Requests, clock: FakeClock
) -> None:
    subscribe(1)
    subscribe(2, **BOBS)
    call = post().body["mediaSessionId"]
    put(BOB, call, ANSWERED)
    session_stream.records()
    written = []
    for later in (0, TIMEOUTS.answered // 5):
        clock.now += later
        assert put(BOB, call, ANSWERED).status == 200
        assert put(ALICE, call, "Connected").status == 200
        written.append(meant_for(FUNCTION, session_stream.records()))

    assert list(map(len, written)) == [0, 1]
    assert publish(written[1]) == []
    assert tell_the_bus(written[1]) == []
    assert taken_from(messaging.queue) == []
    assert put_on_bus(requests) == []


def test_what_is_stored_beside_a_session_and_what_is_cleared_up_is_no_event(
    session_stream: Stream,
) -> None:
    call = post().body["mediaSessionId"]
    put(BOB, call, {**ANSWERED, "locationDetails": a_location()})
    dynamodb = boto3.client("dynamodb")
    for part in ("session", "offer"):
        key = {"mediaSessionId": {"S": call}, "part": {"S": part}}
        dynamodb.delete_item(TableName=TABLE, Key=key)
    records = session_stream.records()

    parts = [record["dynamodb"]["Keys"]["part"]["S"] for record in records]
    assert sorted(parts)[:3] == ["answer", "location#" + BOB_ACTS.key, "offer"]
    for function in (FUNCTION, BUS_FUNCTION):
        assert [
            (record["eventName"], record["dynamodb"]["Keys"]["part"]["S"])
            for record in meant_for(function, records)
        ] == [("INSERT", "session"), ("MODIFY", "session")]


def test_a_record_that_shows_no_change_is_no_event(
    messaging: Messaging, session_stream: Stream, requests: Requests
) -> None:
    subscribe(1, **INVITATION)
    subscribe(2)
    post()
    [record] = meant_for(FUNCTION, session_stream.records())
    record["dynamodb"]["OldImage"] = record["dynamodb"]["NewImage"]

    assert publish([record]) == []
    assert tell_the_bus([record]) == []
    assert taken_from(messaging.queue) == []
    assert put_on_bus(requests) == []


def test_nothing_personal_is_queued_or_put_on_the_bus(
    messaging: Messaging, session_stream: Stream, requests: Requests
) -> None:
    subscribe(1)
    subscribe(2, **INVITATION)
    call = post().body["mediaSessionId"]
    put(BOB, call, {**ANSWERED, "locationDetails": a_location()})
    delete(ALICE, call)
    publish(records := session_stream.records())
    tell_the_bus(records)

    sent = [json.dumps(message) for message in taken_from(messaging.queue) + put_on_bus(requests)]
    assert len(sent) == 3 + 3
    assert personal_in("\n".join(sent)) == []
