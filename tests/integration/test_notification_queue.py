"""The queue of notifications: in order for each device, each once."""

import json
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from aws import deadline
from camara.errors import Unavailable
from notifications.notification import Notification
from notifications.queues import notification_queue
from notifications.subscription import Subscription
from tests.support.builders import a_registration, a_subscription
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import Requests, answering, failing, taken_from
from tests.support.on_moto import Messaging
from tests.support.slow_aws import ATTEMPT_SECONDS, WAIT_SECONDS, Attempt, SlowAws


def notifications(count: int, subscription: int = 1) -> list[Notification]:
    """Return as many of a subscription; each is for a device of its own."""
    return told_to(a_subscription(subscription, of=a_registration(device=subscription)), count)


def told_to(to: Subscription, count: int = 1) -> list[Notification]:
    return [
        Notification.to(to, to.type, str(number), time="2027-01-15T08:00:00Z", data={})
        for number in range(count)
    ]


def test_what_is_put_is_queued_in_order(messaging: Messaging) -> None:
    told = notifications(23)
    notification_queue().put(told)

    assert [message["event_id"] for message in taken_from(messaging.queue)] == [
        notification.event_id for notification in told
    ]


def test_ten_of_different_subscriptions_go_in_one_request(
    messaging: Messaging, requests: Requests
) -> None:
    notification_queue().put([each for number in range(23) for each in notifications(1, number)])

    sent = [arguments for name, arguments in requests if name == "SendMessageBatch"]
    assert sorted(len(arguments["Entries"]) for arguments in sent) == [3, 10, 10]
    assert {arguments["QueueUrl"] for arguments in sent} == {messaging.queue}


def test_no_two_of_one_subscription_go_in_one_request(
    messaging: Messaging, requests: Requests
) -> None:
    """SQS may refuse the first and take the second."""
    told = [each for number in range(3) for each in notifications(1 + number, number)]
    notification_queue().put(told)

    sent = [arguments for name, arguments in requests if name == "SendMessageBatch"]
    assert [len(arguments["Entries"]) for arguments in sent] == [3, 2, 1]
    for arguments in sent:
        bodies = [json.loads(entry["MessageBody"]) for entry in arguments["Entries"]]
        assert len({body["subscription_id"] for body in bodies}) == len(bodies)
    assert len(taken_from(messaging.queue)) == 6


def test_nothing_to_put_is_no_request(messaging: Messaging, requests: Requests) -> None:
    del messaging
    notification_queue().put([])

    assert requests == []


@pytest.mark.parametrize("together", [True, False])
def test_what_is_put_twice_is_queued_once(
    messaging: Messaging,
    together: bool,  # noqa: FBT001
) -> None:
    told = notifications(3)
    if together:
        notification_queue().put(told * 2)
    else:
        notification_queue().put(told)
        notification_queue().put(told)

    assert len(taken_from(messaging.queue)) == 3


def test_each_device_is_a_group_of_its_own(messaging: Messaging) -> None:
    """Who has many subscriptions to a slow sink keeps nobody else waiting."""
    first, second = a_registration(device=1), a_registration(device=2)
    of = (a_subscription(1, of=first), a_subscription(2, of=first), a_subscription(3, of=second))
    notification_queue().put([each for subscription in of for each in told_to(subscription, 2)])
    sqs = boto3.client("sqs")
    # A group of which a message is under way shows no other.
    received = [
        message["Attributes"]["MessageGroupId"]
        for _ in range(3)
        for message in sqs.receive_message(
            QueueUrl=messaging.queue, MaxNumberOfMessages=1, AttributeNames=["MessageGroupId"]
        ).get("Messages", [])
    ]

    assert sorted(received) == sorted([first.device, second.device])


@pytest.mark.parametrize(
    "error",
    [
        client_error("ServiceUnavailable"),
        client_error("AccessDenied"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
    ids=lambda error: getattr(error, "response", {}).get("Error", {}).get("Code", "connection"),
)
def test_a_queue_that_does_not_serve_is_unavailable(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    del messaging
    failing(monkeypatch, "SendMessageBatch", error)

    with pytest.raises(Unavailable):
        notification_queue().put(notifications(1))


def test_one_message_that_is_not_queued_is_not_forgotten(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [each for number in range(3) for each in notifications(1, number)]

    def all_but_one(arguments: dict[str, Any]) -> dict[str, Any]:
        failed = arguments["Entries"][1]["Id"]
        return {"Successful": [], "Failed": [{"Id": failed, "SenderFault": False, "Code": "x"}]}

    with monkeypatch.context() as patch:
        answering(patch, "SendMessageBatch", all_but_one)
        with pytest.raises(Unavailable):
            notification_queue().put(told)
    notification_queue().put(told)
    assert len(taken_from(messaging.queue)) == 3


def test_after_one_that_is_not_queued_none_of_its_subscription_is_and_all_of_others_are(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = notifications(4, subscription=1), notifications(4, subscription=2)
    told = [each for pair in zip(first, second, strict=True) for each in pair]
    refused = first[1].event_id
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def refuse(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        entries = arguments["Entries"]
        ids = [each["Id"] for each in entries if each["MessageDeduplicationId"] == refused]
        entries = [each for each in entries if each["Id"] not in ids]
        answer = real(client, name, arguments | {"Entries": entries})
        return answer | {"Failed": [{"Id": each} for each in ids]}

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", refuse)
        assert notification_queue().put_each(told) == {2, 4, 6}

    queued = [message["event_id"] for message in taken_from(messaging.queue)]
    assert sorted(queued) == sorted(each.event_id for each in (first[0], *second))


def test_requests_of_one_turn_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for all of them to be under way."""
    under_way = Barrier(8, timeout=10)

    def wait(_: dict[str, Any]) -> dict[str, Any]:
        under_way.wait()
        return {}

    answering(monkeypatch, "SendMessageBatch", wait)
    notification_queue().put([each for number in range(80) for each in notifications(1, number)])

    assert not under_way.broken


def test_there_is_a_deadline_in_each_request_that_is_made_at_once(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [each for number in range(30) for each in notifications(1, number)]
    with monkeypatch.context() as patch:
        aws = SlowAws(patch)
        aws.begin(Attempt.SERVED)
        with deadline.within(ATTEMPT_SECONDS + WAIT_SECONDS):
            assert notification_queue().put_each(told) == set(range(30))

    assert aws.attempts == 0
    assert taken_from(messaging.queue) == []
