"""PublishSessionEvents: a change of a call is told to whom it concerns."""

from collections import Counter

from camara.identity import client_key, subscriber_key
from events.subscription import TerminationReason
from tests.integration.conftest import FakeClock, Messaging
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB, EVE, NOW, a_context, a_registration
from tests.support.devices import deregister, register
from tests.support.messaging import Requests, subscribe
from tests.support.session_events import BOBS, INVITATION, all_told, publish
from tests.support.streams import Stream


def test_both_ends_hear_through_the_clients_that_the_call_is_bound_to(
    messaging: Messaging, session_stream: Stream
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
    publish(session_stream.records())

    assert {who for who, *_ in all_told(messaging.queue)} == {own} | bobs


def test_a_device_is_invited_while_it_is_registered(
    messaging: Messaging, session_stream: Stream, time_stands_still: FakeClock
) -> None:
    registered = subscribe(1, **INVITATION)
    # Another device, and the same one through another client.
    subscribe(2, device_id=a_registration(BOB, 2).device_id, **INVITATION)
    subscribe(3, client=client_key("client-2"), **INVITATION)
    post()
    publish(session_stream.records())
    assert [who for who, *_ in all_told(messaging.queue)] == [registered.subscription_id]

    deregister(BOB)
    post()
    publish(session_stream.records())
    assert all_told(messaging.queue) == []

    register(BOB, 3, expires_at=NOW + 60)
    woken = subscribe(4, device_id=a_registration(BOB, 3).device_id, **INVITATION)
    post()
    publish(session_stream.records())
    assert [who for who, *_ in all_told(messaging.queue)] == [woken.subscription_id]

    time_stands_still.now += 60
    post()
    publish(session_stream.records())
    assert all_told(messaging.queue) == []


def test_a_device_that_was_registered_since_hears_what_becomes_of_the_call(
    messaging: Messaging, session_stream: Stream
) -> None:
    deregister(BOB)
    call = post().body["mediaSessionId"]
    session_stream.records()
    register(BOB, 2)
    late = subscribe(1, device_id=a_registration(BOB, 2).device_id, **BOBS)
    put(BOB, call, "Ringing")
    publish(session_stream.records())

    assert [who for who, *_ in all_told(messaging.queue)] == [late.subscription_id]


def test_a_device_that_is_deregistered_hears_how_its_call_ends_and_of_no_other(
    messaging: Messaging, session_stream: Stream
) -> None:
    gone = subscribe(1, **BOBS)
    call = post().body["mediaSessionId"]
    deregister(BOB)
    other = post().body["mediaSessionId"]
    delete(ALICE, call)
    delete(ALICE, other)
    publish(session_stream.records())

    assert [(who, status) for who, status, *_ in all_told(messaging.queue)] == [
        (gone.subscription_id, "SessionCancelled")
    ]


def test_the_client_that_called_may_be_another_one(
    messaging: Messaging, session_stream: Stream
) -> None:
    register(ALICE, 2, client=client_key("client-2"))
    subscribe(1)
    second = subscribe(2, client=client_key("client-2"))
    call = post(context=a_context(client_id="client-2")).body["mediaSessionId"]
    put(BOB, call, "Ringing")
    publish(session_stream.records())

    assert [who for who, *_ in all_told(messaging.queue)] == [second.subscription_id]


def test_a_subscription_that_is_over_hears_nothing(
    messaging: Messaging, session_stream: Stream, time_stands_still: FakeClock
) -> None:
    subscribe(1, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW)
    subscribe(2, ends_at=NOW + 10)
    subscribe(3, ends_at=NOW + 10, **BOBS)
    subscribe(4, ends_at=NOW + 10, **INVITATION)
    going_on = subscribe(5, ends_at=NOW + 11)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    time_stands_still.now += 10
    publish(session_stream.records())

    assert [who for who, *_ in all_told(messaging.queue)] == [going_on.subscription_id]


def test_a_hundred_subscriptions_are_a_hundred_messages_in_batches_of_ten(
    messaging: Messaging, session_stream: Stream, requests: Requests
) -> None:
    ids = [subscribe(number, **INVITATION).subscription_id for number in range(100)]
    post()
    records = session_stream.records()
    requests.clear()
    publish(records)

    assert Counter(name for name, _ in requests) == {
        "GetItem": 1,
        "Query": 1,
        "SendMessageBatch": 10,
        "PutEvents": 1,
    }
    assert {who for who, *_ in all_told(messaging.queue)} == set(ids)
