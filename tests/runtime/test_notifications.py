"""From a subscription to the webhook and its end, on the functions as they were built."""

import json
from collections.abc import Callable
from typing import Any

from camara.identity import actor_key, client_key, device_key, subscriber_key, user_key
from infra.local.webhook import Webhook
from tests.runtime.conftest import client
from tests.runtime.events import event
from tests.runtime.lambda_function import LambdaFunction
from tests.support.contract import check_response

DONE: dict[str, Any] = {"batchItemFailures": []}
CAROL = {"phone_number": "+12025550108", "sub": "user-8"}
DAVE = {"phone_number": "+12025550109", "sub": "user-9"}
"""Whoever the other tests' people are, they are none of them."""


def test_a_subscription_is_notified_of_a_call_and_of_its_end(
    registration_api: LambdaFunction,
    events_function: Callable[[str], LambdaFunction],
    of_events: dict[str, str],
    webhook: Webhook,
) -> None:
    _registered(registration_api, CAROL)
    subscription = _subscribed(events_function("SubscriptionApi"), CAROL, webhook.sink("carol"))

    change = event("PublishSubscriptionEnds")
    (record,) = change["Records"]
    for image in (record["dynamodb"]["NewImage"], record["dynamodb"]["OldImage"]):
        image["subscriptionId"] = {"S": subscription["id"]}
        image["number"] = {"S": subscriber_key(CAROL["phone_number"])}
    assert events_function("PublishSubscriptionEnds").invoke(change) == DONE

    (queued,) = _queued(of_events)
    deliver = events_function("DeliverNotification")
    assert deliver.invoke(_message(queued)) == DONE
    (delivery,) = webhook.taken("carol")
    assert delivery.headers["content-type"] == "application/cloudevents+json"
    assert delivery.headers["authorization"] == "Bearer made-up-sink-token"
    assert delivery.event["data"]["terminationReason"] == "SUBSCRIPTION_DELETED"
    assert delivery.event["data"]["subscriptionId"] == subscription["id"]
    # Once more is not twice.
    assert deliver.invoke(_message(queued)) == DONE
    assert len(webhook.attempts("carol")) == 1
    client(of_events["AWS_ENDPOINT_URL"], "sqs").delete_message(
        QueueUrl=of_events["NOTIFICATIONS_QUEUE"], ReceiptHandle=queued["ReceiptHandle"]
    )


def test_what_fails_five_times_comes_again_and_keeps_its_place(
    registration_api: LambdaFunction,
    create_session: LambdaFunction,
    events_function: Callable[[str], LambdaFunction],
    of_events: dict[str, str],
    webhook: Webhook,
) -> None:
    call = _placed_call(create_session, _registered(registration_api, DAVE))
    _subscribed(events_function("SubscriptionApi"), DAVE, webhook.sink("dave"))
    webhook.answer("dave", *[500] * 5)
    for version, status in ((2, "Ringing"), (3, "Connected")):
        assert (
            events_function("PublishSessionEvents").invoke(_change(call, version, status)) == DONE
        )
    deliver = events_function("DeliverNotification")
    sqs, queue = client(of_events["AWS_ENDPOINT_URL"], "sqs"), of_events["NOTIFICATIONS_QUEUE"]

    for attempt in range(1, 6):
        (first,) = _queued(of_events, 1)
        failures = deliver.invoke(_message(first, attempt))["batchItemFailures"]
        assert len(failures) == 1
        # Neither is there before the delay is over, which nobody has to wait for.
        assert not _queued(of_events)
        handle = {"QueueUrl": queue, "ReceiptHandle": first["ReceiptHandle"]}
        sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    for attempt in (6, 1):
        (next_one,) = _queued(of_events, 1)
        assert deliver.invoke(_message(next_one, attempt)) == DONE
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=next_one["ReceiptHandle"])

    taken = [each.event["data"]["sequenceNumber"] for each in webhook.taken("dave")]
    assert taken == [2, 3]
    assert len({each.body for each in webhook.attempts("dave")[:6]}) == 1
    assert not _queued(of_events)


def test_what_is_published_of_nobodys_subscription_is_nothing(
    events_function: Callable[[str], LambdaFunction], of_events: dict[str, str]
) -> None:
    for name in ("PublishSessionEvents", "PublishRegistrationEnds"):
        assert events_function(name).invoke(event(name)) == DONE
    assert not _queued(of_events)


def test_a_notification_of_an_unknown_subscription_is_dropped(
    events_function: Callable[[str], LambdaFunction],
) -> None:
    assert events_function("DeliverNotification").invoke(event("DeliverNotification")) == DONE


def test_the_sweep_finds_no_subscription_that_has_expired(
    events_function: Callable[[str], LambdaFunction],
) -> None:
    swept = events_function("EndExpiredSubscriptions").invoke(event("EndExpiredSubscriptions"))

    assert swept == {"found": 0, "ended": 0, "left": 0, "lagSeconds": 0}


def _placed_call(function: LambdaFunction, phone: str) -> str:
    """Let Dave place the call of the payload; return its id."""
    payload = event("CreateSession")
    payload["requestContext"]["authorizer"] |= DAVE
    payload["headers"]["registrationId"] = phone
    address = {"originatorAddress": f"tel:{DAVE['phone_number']}"}
    payload["body"] = json.dumps(json.loads(payload["body"]) | address)
    answer = function.invoke(payload)
    assert answer["statusCode"] == 201, answer
    return str(json.loads(answer["body"])["mediaSessionId"])


def _change(call: str, version: int, status: str) -> dict[str, Any]:
    """A change of a call that Dave has placed."""
    payload = event("PublishSessionEvents")
    (record,) = payload["Records"]
    before = record["dynamodb"]["NewImage"] | {
        "mediaSessionId": {"S": call},
        "originator": {"S": subscriber_key(DAVE["phone_number"])},
        "caller": {"S": _phone_of(DAVE)},
    }
    changed = {"version": {"N": str(version)}, "status": {"S": status}}
    record["eventName"] = "MODIFY"
    record["dynamodb"] |= {"OldImage": before, "NewImage": before | changed}
    return payload


def _phone_of(who: dict[str, str]) -> str:
    """Return the key of the device of the payload of ``RegistrationApi``, in somebody's hands."""
    payload = event("RegistrationApi")
    client = client_key(payload["requestContext"]["authorizer"]["client_id"])
    actor = actor_key(subscriber_key(who["phone_number"]), client, user_key(who["sub"]))
    return device_key(actor, json.loads(payload["body"])["deviceId"])


def _registered(function: LambdaFunction, who: dict[str, str]) -> str:
    payload = event("RegistrationApi")
    payload["requestContext"]["authorizer"] |= who
    answer = function.invoke(payload)
    assert answer["statusCode"] == 201, answer
    return str(json.loads(answer["body"])["registrationId"])


def _subscribed(function: LambdaFunction, who: dict[str, str], sink: str) -> Any:
    payload = event("SubscriptionApi")
    payload["requestContext"]["authorizer"] |= who
    credential = {
        "credentialType": "ACCESSTOKEN",
        "accessToken": "made-up-sink-token",
        "accessTokenType": "bearer",
        "accessTokenExpiresUtc": "2099-01-01T00:00:00Z",
    }
    body = json.loads(payload["body"]) | {"sink": sink, "sinkCredential": credential}
    answer = function.invoke(payload | {"body": json.dumps(body)})
    check_response("POST", payload["resource"], 201, answer["headers"], answer["body"])
    assert answer["statusCode"] == 201, answer
    return json.loads(answer["body"])


def _queued(variables: dict[str, str], most: int = 10) -> list[Any]:
    sqs = client(variables["AWS_ENDPOINT_URL"], "sqs")
    queue = variables["NOTIFICATIONS_QUEUE"]
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=most)
    return list(received.get("Messages", []))


def _message(received: Any, attempt: int = 1) -> dict[str, Any]:
    """The payload of DeliverNotification with this message."""
    payload = event("DeliverNotification")
    (record,) = payload["Records"]
    record["body"] = received["Body"]
    record["receiptHandle"] = received["ReceiptHandle"]
    record["attributes"]["ApproximateReceiveCount"] = str(attempt)
    return payload
