"""The queue of notifications: in order for each subscription, each once."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from camara.errors import Unavailable
from events.notification import Notification
from events.outbox import outbox
from tests.integration.conftest import Messaging
from tests.support.builders import a_subscription
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import Requests, answering, failing, taken_from


def notifications(count: int, subscription: int = 1) -> list[Notification]:
    to = a_subscription(subscription)
    return [
        Notification.to(to, to.type, str(number), time="2027-01-15T08:00:00Z", data={})
        for number in range(count)
    ]


def test_what_is_put_is_queued_in_order(messaging: Messaging) -> None:
    told = notifications(23)
    outbox().put(told)

    assert [message["event_id"] for message in taken_from(messaging.queue)] == [
        notification.event_id for notification in told
    ]


def test_a_batch_is_ten(messaging: Messaging, requests: Requests) -> None:
    outbox().put(notifications(23))

    sent = [arguments for name, arguments in requests if name == "SendMessageBatch"]
    assert [len(arguments["Entries"]) for arguments in sent] == [10, 10, 3]
    assert {arguments["QueueUrl"] for arguments in sent} == {messaging.queue}


def test_nothing_to_put_is_no_request(messaging: Messaging, requests: Requests) -> None:
    del messaging
    outbox().put([])

    assert requests == []


def test_a_message_is_what_is_read_of_it(messaging: Messaging) -> None:
    [notification] = notifications(1)
    outbox().put([notification])

    received = boto3.client("sqs").receive_message(QueueUrl=messaging.queue)["Messages"]
    assert Notification.from_json(received[0]["Body"]) == notification


@pytest.mark.parametrize("together", [True, False])
def test_what_is_put_twice_is_queued_once(
    messaging: Messaging,
    together: bool,  # noqa: FBT001
) -> None:
    told = notifications(3)
    if together:
        outbox().put(told * 2)
    else:
        outbox().put(told)
        outbox().put(told)

    assert len(taken_from(messaging.queue)) == 3


def test_each_subscription_is_a_group_of_its_own(messaging: Messaging) -> None:
    outbox().put([*notifications(2, subscription=1), *notifications(2, subscription=2)])
    sqs = boto3.client("sqs")
    # A group of which a message is under way shows no other.
    received = [
        message["Attributes"]["MessageGroupId"]
        for _ in range(3)
        for message in sqs.receive_message(
            QueueUrl=messaging.queue, MaxNumberOfMessages=1, AttributeNames=["MessageGroupId"]
        ).get("Messages", [])
    ]

    assert sorted(received) == sorted(a_subscription(number).subscription_id for number in (1, 2))


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
        outbox().put(notifications(1))


def test_one_message_that_is_not_queued_is_not_forgotten(
    messaging: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = notifications(3)

    def all_but_one(arguments: dict[str, Any]) -> dict[str, Any]:
        failed = arguments["Entries"][1]["Id"]
        return {"Successful": [], "Failed": [{"Id": failed, "SenderFault": False, "Code": "x"}]}

    with monkeypatch.context() as patch:
        answering(patch, "SendMessageBatch", all_but_one)
        with pytest.raises(Unavailable):
            outbox().put(told)
    outbox().put(told)
    assert len(taken_from(messaging.queue)) == 3
