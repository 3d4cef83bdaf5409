"""PublishEvents, of calls: what fails comes again, in order; what makes no sense is set aside."""

from typing import TYPE_CHECKING

import pytest

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
from tests.support.session_events import all_told, numbers, publish
from tests.support.session_records import of_calls
from tests.support.streams import Stream
from tests.support.table import SUBSCRIPTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def set_aside(messaging: Messaging, monkeypatch: pytest.MonkeyPatch) -> str:
    del messaging
    return set_aside_in(monkeypatch)


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
