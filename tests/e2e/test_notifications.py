"""What happens to calls and devices reaches the subscribed sinks: once, in order, complete."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime

from infra.local.aws import invoke
from infra.local.webhook import Webhook
from tests.support.builders import ANSWER, OFFER, a_location
from tests.support.stack.aws import Aws
from tests.support.stack.ear import Ear
from tests.support.stack.subscriber import EVENTS, SUBSCRIPTIONS, Line

type Subscribed = Callable[..., Ear]

STATUS, INVITATION, ENDS = "session-status", "session-invitation", "registration-ends"


def test_the_receiver_is_invited_with_the_offer(callers: Line, ear: Subscribed) -> None:
    bob = ear(callers.bob, INVITATION)
    alice = ear(callers.alice, INVITATION)

    body = {
        "originatorAddress": f"tel:{callers.alice.number}",
        "originatorName": "Alice",
        "receiverAddress": f"tel:{callers.bob.number}",
        "receiverName": "Bob",
        "offer": {"sdp": OFFER},
        "locationDetails": a_location(),
    }
    call = callers.alice.post(body).body["mediaSessionId"]

    (event,) = bob.hears(1)
    assert event["type"] == f"{EVENTS}.{INVITATION}"
    assert event["data"] == body | {
        "subscriptionId": bob.subscription_id,
        "mediaSessionId": call,
        "status": "Initial",
        "reason": "New incoming call",
        "sequenceNumber": 1,
    }
    happened = datetime.fromisoformat(event["time"]).timestamp()
    assert abs(time.time() - happened) < 60
    (delivery,) = bob.attempts
    assert delivery.headers["content-type"] == "application/cloudevents+json"
    assert delivery.headers["x-correlator"]
    assert "authorization" not in delivery.headers
    assert alice.hears_nothing_more()


def test_both_hear_of_each_change_also_of_their_own(callers: Line, ear: Subscribed) -> None:
    ears = [ear(callers.alice, STATUS), ear(callers.bob, STATUS)]

    call = callers.call("Ringing")
    callers.bob.answer(call)
    callers.bob.put(call, "Hold")
    for one in ears:
        one.hears(3)  # before the end: after it, the SDP is shown to nobody
    callers.bob.delete(call, correlator="hang-up-1")

    for one in ears:
        events = one.hears(4)
        assert one.statuses() == [
            (2, "Ringing"),
            (3, "Connected"),
            (4, "Hold"),
            (5, "Terminated"),
        ]
        assert [event["data"]["reason"] for event in events] == [
            "Call rings",
            "Call answered",
            "Call on hold",
            "Call terminated by receiver",
        ]
        assert {event["data"]["mediaSessionId"] for event in events} == {call}
        assert events[-2]["data"]["answer"] == {"sdp": ANSWER}
        assert not {"offer", "answer"} & events[-1]["data"].keys()
        assert one.attempts[-1].headers["x-correlator"] == "hang-up-1"
        assert one.hears_nothing_more()


def test_each_way_a_call_may_end_is_told_in_words(callers: Line, ear: Subscribed) -> None:
    ears = [ear(callers.alice, STATUS), ear(callers.bob, STATUS)]
    cancelled, declined = callers.call(), callers.call()

    callers.alice.delete(cancelled)
    callers.bob.delete(declined)
    # A retry, and somebody who comes too late, change nothing.
    callers.alice.delete(cancelled)
    callers.bob.delete(cancelled)

    for one in ears:
        told = {event["data"]["mediaSessionId"]: event["data"] for event in one.hears(2)}
        assert told[cancelled]["reason"] == "Call cancelled by originator"
        assert told[declined]["reason"] == "Call declined by receiver"
        assert one.hears_nothing_more()


def test_a_sink_that_is_gone_or_refuses_its_token_ends_the_subscription(
    callers: Line, ear: Subscribed
) -> None:
    gone, refusing = ear(callers.alice, STATUS), ear(callers.alice, STATUS)
    gone.answer(410)
    refusing.answer(401)

    call = callers.call("Ringing")

    assert gone.hears(1)[0]["data"]["terminationReason"] == "NETWORK_TERMINATED"
    assert refusing.hears(1)[0]["data"]["terminationReason"] == "ACCESS_TOKEN_EXPIRED"
    assert callers.alice.subscription(gone.subscription_id).body["status"] == "EXPIRED"
    callers.alice.delete(call)
    assert gone.hears_nothing_more()
    assert len(refusing.attempts) == 2


def test_a_sink_gets_the_token_that_it_was_promised(callers: Line, webhook: Webhook) -> None:
    sink = secrets.token_hex(8)
    request = callers.alice.subscription_request(STATUS, webhook.sink(sink))
    credential = {"sinkCredential": _credential("made-up-sink-token")}
    created = callers.alice.subscribe_with(request | credential)
    assert created.status == 201
    assert "made-up-sink-token" not in str(created.body)
    update = {"sinkCredential": _credential("made-up-sink-token-2" + "x" * 5000)}
    path = f"{SUBSCRIPTIONS}/{created.body['id']}"

    call = callers.call("Ringing")
    with_token = Ear(webhook, sink, created.body["id"])
    with_token.hears(1)
    assert callers.alice.send("PUT", path, update).status == 200
    callers.alice.delete(call)
    with_token.hears(2)

    assert [each.headers["authorization"] for each in with_token.attempts] == [
        "Bearer made-up-sink-token",
        "Bearer made-up-sink-token-2" + "x" * 5000,
    ]


def test_as_many_as_were_asked_for(callers: Line, ear: Subscribed) -> None:
    two = ear(callers.bob, STATUS, subscriptionMaxEvents=2)

    call = callers.call("Ringing")
    callers.bob.answer(call)
    callers.bob.delete(call)

    two.hears(3)
    assert two.statuses() == [(2, "Ringing"), (3, "Connected")]
    assert two.ended() == "MAX_EVENTS_REACHED"
    assert two.hears_nothing_more()


def test_a_deleted_subscription_says_so_and_is_silent(callers: Line, ear: Subscribed) -> None:
    deleted = ear(callers.alice, STATUS)
    call = callers.call("Ringing")
    deleted.hears(1)

    assert callers.alice.unsubscribe(deleted.subscription_id).status == 204
    assert callers.alice.unsubscribe(deleted.subscription_id).code == (404, "NOT_FOUND")
    callers.alice.delete(call)

    deleted.hears(2)
    assert deleted.ended() == "SUBSCRIPTION_DELETED"
    assert deleted.hears_nothing_more()
    assert callers.alice.subscription(deleted.subscription_id).code == (404, "NOT_FOUND")


def test_an_expired_subscription_says_so_and_is_silent(
    callers: Line, ear: Subscribed, aws: Aws
) -> None:
    expired = ear(callers.alice, STATUS)
    past = int(time.time()) - 1
    aws.write_to_subscription(expired.subscription_id, endsAt=past, staleAt=past)

    call = callers.call("Ringing")
    assert expired.hears_nothing_more() or expired.ended() == "SUBSCRIPTION_EXPIRED"
    invoke(aws.stack, "SweepExpired", {"sweep": "subscriptions"})
    expired.hears(1)
    callers.alice.delete(call)

    assert expired.hears_nothing_more()
    assert expired.ended() == "SUBSCRIPTION_EXPIRED"
    assert expired.statuses() == []


def test_a_device_hears_that_its_registration_is_deleted(callers: Line, ear: Subscribed) -> None:
    phone = ear(callers.alice, ENDS)
    callers.alice.with_device("tablet")

    callers.alice.deregister()

    (event,) = phone.hears(1)
    assert event["data"] == {
        "subscriptionId": phone.subscription_id,
        "registrationId": callers.alice.registration_id,
        "terminationReason": "NETWORK_TERMINATED",
        "terminationDescription": "The registration was deleted",
    }


def _credential(token: str) -> dict[str, str]:
    return {
        "credentialType": "ACCESSTOKEN",
        "accessTokenType": "bearer",
        "accessToken": token,
        "accessTokenExpiresUtc": "2100-01-01T00:00:00Z",
    }
