"""From a subscription to the webhook and its end, on the functions as they were built."""

import json
import time
from typing import Any

from camara.identity import derive_subscriber_key
from infra.local.webhook import Webhook
from tests.support.contract import check_response
from tests.support.lambda_function import Built, LambdaFunction
from tests.support.loopback import client
from tests.support.payloads import event
from tests.support.table import SUBSCRIPTIONS, TABLE

DONE: dict[str, Any] = {"batchItemFailures": []}
CAROL = {"phone_number": "+12025550108", "sub": "user-8"}
DAVE = {"phone_number": "+12025550109", "sub": "user-9"}
ERIN = {"phone_number": "+12025550110", "sub": "user-10"}
"""Whoever the other tests' people are, they are none of them."""


def test_a_subscription_is_notified_of_a_call_and_of_its_end(
    built: Built,
    of_aws: dict[str, str],
    webhook: Webhook,
) -> None:
    _registered(built("RegistrationApi"), CAROL)
    subscription = _subscribed(built("SubscriptionApi"), CAROL, webhook.sink("carol"))

    change = event("PublishEvents-SubscriptionEnded")
    (record,) = change["Records"]
    for image in (record["dynamodb"]["NewImage"], record["dynamodb"]["OldImage"]):
        image["subscriptionId"] = {"S": subscription["id"]}
        image["number"] = {"S": derive_subscriber_key(CAROL["phone_number"])}
    assert built("PublishEvents").invoke(change) == DONE

    (queued,) = _queued(of_aws)
    deliver = built("DeliverNotification")
    assert deliver.invoke(_message(queued)) == DONE
    (delivery,) = webhook.taken("carol")
    assert delivery.headers["content-type"] == "application/cloudevents+json"
    assert delivery.headers["authorization"] == "Bearer made-up-sink-token"
    assert delivery.event["data"]["terminationReason"] == "SUBSCRIPTION_DELETED"
    assert delivery.event["data"]["subscriptionId"] == subscription["id"]
    _done_with(of_aws, queued)


def test_a_sink_that_fails_is_probed_and_once_it_works_again_told_what_it_has_missed(
    built: Built,
    of_aws: dict[str, str],
    webhook: Webhook,
) -> None:
    phone, _ = (
        _registered(built("RegistrationApi"), DAVE),
        _registered(built("RegistrationApi"), ERIN),
    )
    api, publish = built("SubscriptionApi"), built("PublishEvents")
    deliver, probe = built("DeliverNotification"), built("ProbeSink")
    subscription = _subscribed(api, DAVE, webhook.sink("dave"))
    webhook.answer("dave", 500)

    first = _placed_call(built("CreateSession"), phone)
    assert publish.invoke(_answered(built("UpdateSessionStatus"), of_aws, first)) == DONE
    (queued,) = _queued(of_aws)
    assert deliver.invoke(_message(queued)) == DONE
    _done_with(of_aws, queued)
    assert _waiting_probes(of_aws) == 1
    assert _status_of(api, DAVE, subscription) == "INACTIVE"
    # Of what happens meanwhile nothing is queued.
    second = _placed_call(built("CreateSession"), phone)
    assert publish.invoke(_answered(built("UpdateSessionStatus"), of_aws, second)) == DONE
    assert not _queued(of_aws)

    # It is too early to ask again, but nobody has to wait until it is not.
    assert len(probe.invoke(_message(queued, 1, "ProbeSink"))["batchItemFailures"]) == 1
    assert len(webhook.attempts("dave")) == 1
    _has_failed_long_ago(of_aws, subscription)
    assert probe.invoke(_message(queued, 2, "ProbeSink")) == DONE
    (catch_up,) = _queued(of_aws)
    assert deliver.invoke(_message(catch_up)) == DONE
    _done_with(of_aws, catch_up)

    taken = [each.event["data"] for each in webhook.taken("dave")]
    assert [(each["mediaSessionId"], each["sequenceNumber"]) for each in taken] == [
        (first, 2),
        (second, 2),
    ]
    assert len({each.event["id"] for each in webhook.attempts("dave")[:2]}) == 1
    assert _status_of(api, DAVE, subscription) == "ACTIVE"
    # The second look.
    assert _waiting_probes(of_aws) == 2


def test_what_is_published_of_nobodys_subscription_is_nothing(
    built: Built, of_aws: dict[str, str]
) -> None:
    for name in ("PublishEvents", "PublishToSessionsBus"):
        assert built(name).invoke(event(name)) == DONE
    ended = event("EndSessionsOfRegistration")
    assert built("PublishEvents").invoke(ended) == DONE
    assert not _queued(of_aws)


def test_a_notification_of_an_unknown_subscription_is_dropped(
    built: Built,
) -> None:
    for name in ("DeliverNotification", "ProbeSink"):
        assert built(name).invoke(event(name)) == DONE


def test_the_sweep_finds_no_subscription_that_has_expired(built: Built) -> None:
    assert built("SweepExpired").invoke({"sweep": "subscriptions"}) == {
        "found": 0,
        "ended": 0,
        "left": 0,
        "lagSeconds": 0,
    }


def _placed_call(function: LambdaFunction, phone: str) -> str:
    """Let Dave call Erin; return the call's id."""
    payload = event("CreateSession")
    payload["requestContext"]["authorizer"] |= DAVE
    payload["headers"]["registrationId"] = phone
    addresses = {
        "originatorAddress": f"tel:{DAVE['phone_number']}",
        "receiverAddress": f"tel:{ERIN['phone_number']}",
    }
    payload["body"] = json.dumps(json.loads(payload["body"]) | addresses)
    answer = function.invoke(payload)
    assert answer["statusCode"] == 201, answer
    return str(json.loads(answer["body"])["mediaSessionId"])


def _answered(function: LambdaFunction, variables: dict[str, str], call: str) -> dict[str, Any]:
    """Let Erin answer a call; return what the stream tells of it."""
    before = _stored(variables, call)
    payload = event("UpdateSessionStatus")
    payload["requestContext"]["authorizer"] |= ERIN
    payload["pathParameters"]["mediaSessionId"] = call
    answer = function.invoke(payload)
    assert answer["statusCode"] == 200, answer
    change = event("PublishEvents")
    (record,) = change["Records"]
    record["eventName"] = "MODIFY"
    images = {"OldImage": before, "NewImage": _stored(variables, call)}
    record["dynamodb"] |= images | {"ApproximateCreationDateTime": int(time.time())}
    return change


def _stored(variables: dict[str, str], call: str) -> dict[str, Any]:
    dynamodb = client(variables["AWS_ENDPOINT_URL"], "dynamodb")
    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item: dict[str, Any] = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    return item


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


def _status_of(function: LambdaFunction, who: dict[str, str], subscription: Any) -> str:
    payload = event("SubscriptionApi") | {"httpMethod": "GET", "body": None}
    payload["resource"] += "/{subscriptionId}"
    payload["path"] += f"/{subscription['id']}"
    payload["pathParameters"] = {"subscriptionId": subscription["id"]}
    payload["requestContext"]["authorizer"] |= who
    answer = function.invoke(payload)
    check_response("GET", payload["resource"], 200, answer["headers"], answer["body"])
    return str(json.loads(answer["body"])["status"])


def _has_failed_long_ago(variables: dict[str, str], subscription: Any) -> None:
    """Move the last failed attempt of Dave's sink into the past."""
    number = derive_subscriber_key(DAVE["phone_number"])
    client(variables["AWS_ENDPOINT_URL"], "dynamodb").update_item(
        TableName=SUBSCRIPTIONS,
        Key={"number": {"S": number}, "subscriptionId": {"S": subscription["id"]}},
        UpdateExpression="SET failedAt = :past",
        ExpressionAttributeValues={":past": {"N": "0"}},
    )


def _queued(variables: dict[str, str]) -> list[Any]:
    sqs = client(variables["AWS_ENDPOINT_URL"], "sqs")
    queue = variables["NOTIFICATIONS_QUEUE"]
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return list(received.get("Messages", []))


def _done_with(variables: dict[str, str], received: Any) -> None:
    """Take a message out of its queue, as Lambda does when the function has handled it."""
    client(variables["AWS_ENDPOINT_URL"], "sqs").delete_message(
        QueueUrl=variables["NOTIFICATIONS_QUEUE"], ReceiptHandle=received["ReceiptHandle"]
    )


def _waiting_probes(variables: dict[str, str]) -> int:
    """Return how many messages there are in the queue of probes, delayed or not."""
    sqs = client(variables["AWS_ENDPOINT_URL"], "sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    told = sqs.get_queue_attributes(QueueUrl=variables["PROBES_QUEUE"], AttributeNames=names)
    return sum(int(told["Attributes"][name]) for name in names)


def _message(
    received: Any, attempt: int = 1, function: str = "DeliverNotification"
) -> dict[str, Any]:
    """The payload of a function that a queue drives, with this message."""
    payload = event(function)
    (record,) = payload["Records"]
    record["body"] = received["Body"]
    record["receiptHandle"] = received["ReceiptHandle"]
    record["attributes"]["ApproximateReceiveCount"] = str(attempt)
    return payload
