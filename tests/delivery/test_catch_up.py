"""What a sink that works again is told: of each call of its device the state it is in, once."""

from dataclasses import replace
from typing import Any

import pytest

from aws.dynamodb import dynamodb_client
from call_handling.session_key import key
from call_handling.status import Status
from camara.scope import EventType
from notifications.notification import CatchUp
from notifications.subscription import TerminationReason
from tests.support.api import a_call, delete, post, put
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    NOW,
    a_registration,
    a_subscription,
    legs,
)
from tests.support.devices import deregister, register
from tests.support.evidence import events_at, ids_at, now_of, outcomes, states_at
from tests.support.lambda_poller import Poller, a_change_of
from tests.support.marked import SINCE, behind, catch_up
from tests.support.messaging import Requests, taken_from
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import ANSWERED, publish
from tests.support.stored_calls import a_call_of, over, store
from tests.support.streams import Stream
from tests.support.table import TABLE
from tests.support.webhook import Webhook, answer

STATUS, INVITATION = EventType.SESSION_STATUS, EventType.SESSION_INVITATION


def test_of_each_call_the_state_is_told_in_which_it_is(poller: Poller, webhook: Webhook) -> None:
    store(
        a_call_of("c-rings", at=NOW - 30),
        a_call_of("a-answered", Status.HOLD, at=NOW - 20, version=9),
        over(a_call_of("b-over", at=NOW - 10), NOW - 5),
        a_call_of("d-rings", at=NOW - 30, version=4),
    )
    subscription = behind(webhook)

    catch_up(poller, subscription)

    assert states_at(webhook) == [
        ("b-over", "Terminated"),
        ("a-answered", "Hold"),
        ("d-rings", "Ringing"),
        ("c-rings", "Ringing"),
    ]
    assert [event["data"]["sequenceNumber"] for event in events_at(webhook)] == [3, 9, 4, 2]
    assert {event["type"] for event in events_at(webhook)} == {STATUS}
    # The end has a time of its own; what a state is like it is like now.
    assert [event["time"][11:19] for event in events_at(webhook)] == [
        "07:59:55",
        "08:00:00",
        "08:00:00",
        "08:00:00",
    ]


@pytest.mark.parametrize("kind", [STATUS, INVITATION])
def test_it_is_told_by_the_id_by_which_the_publisher_would_have_told_it(
    poller: Poller, webhook: Webhook, session_stream: Stream, messaging: Messaging, kind: EventType
) -> None:
    subscription = behind(webhook, subscriber=BOB, type=kind)
    a_call("Ringing")
    assert publish(session_stream.records()) == []
    [published] = taken_from(messaging.queue)

    catch_up(poller, subscription)

    [event] = events_at(webhook)
    assert (event["id"], event["type"]) == (published["event_id"], kind)
    assert event["data"]["status"] == "Ringing"


def test_of_a_call_that_has_only_been_placed_no_status_is_told(
    poller: Poller, webhook: Webhook
) -> None:
    post()
    for number, subscriber in enumerate((ALICE, BOB), 1):
        catch_up(poller, behind(webhook, number, subscriber=subscriber))

    assert webhook.received == []


@pytest.mark.parametrize(
    ("status", "invited"), [("Initial", True), ("Ringing", True), ("Connected", False)]
)
def test_to_a_call_that_rings_there_is_an_invitation_however_late(
    poller: Poller, webhook: Webhook, status: str, *, invited: bool
) -> None:
    call = a_call(status)

    catch_up(poller, behind(webhook, subscriber=BOB, type=INVITATION))

    assert states_at(webhook) == ([(call, status)] if invited else [])


def test_a_call_that_is_answered_meanwhile_stops_no_other_invitation(
    poller: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    calls = []
    for _ in range(3):
        clock.now += 1
        calls.append(a_call())

    def overtaken(exchange: Any) -> None:
        put(BOB, calls[1], ANSWERED)
        answer(204)(exchange)

    webhook.then(overtaken)

    catch_up(poller, behind(webhook, subscriber=BOB, type=INVITATION))

    assert [call for call, _ in states_at(webhook)] == [calls[2], calls[0]]


def test_to_a_call_that_is_over_there_is_none(
    poller: Poller, webhook: Webhook, capsys: pytest.CaptureFixture[str]
) -> None:
    delete(ALICE, a_call("Ringing"))

    catch_up(poller, behind(webhook, subscriber=BOB, type=INVITATION))

    assert (webhook.received, outcomes(capsys.readouterr().out)) == ([], [])


def test_nobody_is_invited_to_his_own_call(poller: Poller, webhook: Webhook) -> None:
    tablet = a_registration(ALICE, 2)
    register(ALICE, 2)
    to_herself = legs(a_registration(ALICE), tablet, caller=tablet)
    store(a_call_of("to-herself", at=NOW, legs=replace(to_herself, receiver=ALICE_KEY)))

    catch_up(poller, behind(webhook, 1, type=INVITATION, of=tablet))
    assert webhook.received == []
    catch_up(poller, behind(webhook, 2, type=INVITATION))
    assert states_at(webhook) == [("to-herself", "Ringing")]


@pytest.mark.parametrize(
    "other",
    [
        {"device": 2},
        {"device": 2, "client_id": "client-2"},
        {"device": 1, "sub": "former owner"},
    ],
)
@pytest.mark.parametrize("subscriber", [ALICE, BOB])
@pytest.mark.parametrize("kind", [STATUS, INVITATION])
def test_a_device_that_has_no_part_in_a_call_hears_nothing_of_it(
    poller: Poller, webhook: Webhook, kind: EventType, subscriber: str, other: dict[str, Any]
) -> None:
    device = a_registration(subscriber, **other)
    store(a_call_of("rings", at=NOW), a_call_of("answered", Status.CONNECTED, at=NOW))

    catch_up(poller, behind(webhook, type=kind, of=device, subscriber=subscriber))

    assert webhook.received == []


@pytest.mark.parametrize(("at", "told"), [(SINCE - 1, False), (SINCE, True), (NOW, True)])
def test_what_had_ended_before_is_not_told_again(
    poller: Poller, webhook: Webhook, at: int, *, told: bool
) -> None:
    store(over(a_call_of("over", Status.CONNECTED, at=NOW - 3000), at))

    catch_up(poller, behind(webhook))

    assert ids_at(webhook) == (
        [a_change_of("over", a_subscription(), STATUS, 3).event_id] if told else []
    )


def test_a_call_that_was_placed_by_an_earlier_registration_is_the_devices_too(
    poller: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    call = a_call("Ringing")
    clock.now = NOW + 1
    deregister(ALICE)
    put(BOB, call, ANSWERED)
    register(ALICE, registration_id="0e1f3a52-6a54-4c11-9d6c-1c0f6a0f1b11", made_at=NOW + 1)

    catch_up(poller, behind(webhook))

    assert states_at(webhook) == [(call, "Connected")]


def test_a_device_that_was_registered_while_it_rang_hears_how_it_ended_and_no_later_one(
    poller: Poller, webhook: Webhook, clock: FakeClock
) -> None:
    call = a_call("Ringing")
    clock.now = NOW + 1
    register(BOB, 2, made_at=NOW + 1)
    clock.now = NOW + 2
    delete(ALICE, call)
    register(BOB, 3, made_at=NOW + 2)

    for device in (2, 3):
        tablet = a_registration(BOB, device)
        catch_up(poller, behind(webhook, device, of=tablet, subscriber=BOB))

    # The other one was registered when it was over.
    assert states_at(webhook) == [(call, "SessionCancelled")]


def test_a_device_that_was_registered_this_very_second_is_invited(
    poller: Poller, webhook: Webhook
) -> None:
    call = a_call("Ringing")
    register(BOB, 2, made_at=NOW)

    tablet = a_registration(BOB, 2)
    catch_up(poller, behind(webhook, of=tablet, subscriber=BOB, type=INVITATION))

    assert states_at(webhook) == [(call, "Ringing")]


def test_a_call_that_is_kept_no_longer_is_not_told(poller: Poller, webhook: Webhook) -> None:
    store(
        over(a_call_of("gone", at=NOW - 50, expires_at=NOW), NOW - 5),
        over(a_call_of("kept", at=NOW - 50, expires_at=NOW + 1), NOW - 5),
    )

    catch_up(poller, behind(webhook))

    assert states_at(webhook) == [("kept", "Terminated")]


def test_what_had_ended_before_it_subscribed_is_not_told(poller: Poller, webhook: Webhook) -> None:
    store(
        over(a_call_of("before", at=NOW - 50), NOW - 6),
        over(a_call_of("after", at=NOW - 50), NOW - 5),
    )

    catch_up(poller, behind(webhook, starts_at=NOW - 5))

    assert states_at(webhook) == [("after", "Terminated")]


def test_a_call_that_nobody_can_read_stops_no_other(poller: Poller, webhook: Webhook) -> None:
    store(*(a_call_of(name, at=NOW) for name in ("a", "b", "c")))
    dynamodb_client().update_item(
        TableName=TABLE,
        Key=key("b"),
        UpdateExpression="REMOVE hasAnswer",
    )

    catch_up(poller, behind(webhook))

    assert states_at(webhook) == [("c", "Ringing"), ("a", "Ringing")]


@pytest.mark.parametrize(
    "over_now",
    [
        {"behind_since": None},
        {"ended": TerminationReason.SUBSCRIPTION_DELETED, "ended_at": NOW},
        {"ends_at": NOW},
    ],
)
def test_who_is_not_behind_or_is_over_is_told_nothing(
    poller: Poller, webhook: Webhook, requests: Requests, over_now: dict[str, Any]
) -> None:
    store(a_call_of("rings", at=NOW))
    subscription = behind(webhook, **over_now)
    poller.put(CatchUp.of(subscription))
    requests.clear()

    assert poller.deliver()
    assert [name for name, _ in requests] == ["ReceiveMessage", "GetItem", "DeleteMessage"]
    assert webhook.received == []


def test_who_is_gone_is_told_nothing(poller: Poller, webhook: Webhook) -> None:
    catch_up(poller, a_subscription(sink=webhook.url))

    assert webhook.received == []


def test_all_that_can_be_is_read_as_it_is_at_this_moment(
    poller: Poller, webhook: Webhook, requests: Requests
) -> None:
    register(ALICE, 2)
    store(a_call_of("rings", at=NOW))
    subscription = behind(webhook)
    requests.clear()

    catch_up(poller, subscription)

    reads = [
        table
        for name, arguments in requests
        if name in {"GetItem", "BatchGetItem", "Query"}
        for table in arguments.get("RequestItems", {"": arguments}).values()
    ]
    assert {read["ConsistentRead"] for read in reads if "IndexName" not in read} == {True}
    # What the number has received, and what this device of two has placed.
    assert len([read for read in reads if "IndexName" in read]) == 2
    assert now_of(subscription).told == {"rings": 2}
