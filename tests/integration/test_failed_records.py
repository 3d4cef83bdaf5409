"""The publishers: what fails comes again, in order, and is told in the log."""

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from camara.errors import Unavailable
from notifications import publish_events
from notifications.item import audience_key
from notifications.publishing import Batch
from tests.support.api import post, put
from tests.support.builders import ALICE, BOB, EVE, a_call_request
from tests.support.faulty_dynamodb import client_error
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import (
    Requests,
    answering,
    failing,
    set_aside_in,
    subscribe,
    taken_from,
)
from tests.support.on_moto import Messaging
from tests.support.session_events import all_told, numbers, publish, tell_the_bus
from tests.support.session_records import of_calls
from tests.support.streams import Record, Stream
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


def test_what_is_not_served_while_a_record_is_read_is_no_fault_of_the_record() -> None:
    def read(record: DynamoDBRecord) -> None:
        del record
        raise Unavailable

    with pytest.raises(Unavailable):
        Batch("PublishEvents", {"Records": of_calls([1])}).each(0, read)


def test_the_stream_of_another_table_is_not_published_as_if_it_were_ours(set_aside: str) -> None:
    [record] = of_calls([1])
    record["dynamodb"]["Keys"] = {"anotherKey": {"S": "1"}}

    with pytest.raises(KeyError):
        publish_events.handler({"Records": [record]}, a_lambda_context())
    assert taken_from(set_aside) == []


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


type Publisher = Callable[[list[Record]], list[str]]


def changes_of_a_call(stream: Stream) -> tuple[str, list[Record]]:
    """Return a call that rings and proceeds, and the records of that."""
    call = post().body["mediaSessionId"]
    stream.records()
    put(BOB, call, "Ringing")
    put(BOB, call, "Proceeding")
    return call, stream.records()


def lines(logged: io.StringIO, function: str) -> list[dict[str, Any]]:
    every = map(json.loads, logged.getvalue().splitlines())
    return [line for line in every if line["message"] == function]


def test_a_batch_is_one_line_with_what_is_queued_of_each_change(
    messaging: Messaging, session_stream: Stream, logged: io.StringIO
) -> None:
    del messaging
    subscribe()
    call, records = changes_of_a_call(session_stream)
    publish(records)

    [line] = lines(logged, "PublishEvents")
    assert line["changes"] == [f"{call} 2 queued 1", f"{call} 3 queued 1"]
    assert "again" not in line


def test_what_comes_again_is_told_apart(
    messaging: Messaging,
    session_stream: Stream,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del messaging
    call, records = changes_of_a_call(session_stream)
    answering(monkeypatch, "PutEvents", lambda _: {"Entries": [{}, {"ErrorCode": "Throttled"}]})
    tell_the_bus(records)

    told, fault = lines(logged, "PublishToSessionsBus")
    assert (told["changes"], told["again"]) == ([f"{call} 2"], [f"{call} 3"])
    assert (fault["fault"], fault["stream"]) == ("Unavailable", "sessions")


@pytest.mark.parametrize(
    ("tell", "function"),
    [(publish, "PublishEvents"), (tell_the_bus, "PublishToSessionsBus")],
)
def test_what_is_set_aside_is_not_told(
    session_stream: Stream,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    tell: Publisher,
    function: str,
) -> None:
    set_aside_in(monkeypatch)
    call, records = changes_of_a_call(session_stream)
    del records[0]["dynamodb"]["NewImage"]["receiver"]
    tell(records)

    aside, told = lines(logged, function)
    assert (aside["mediaSessionId"], aside["version"], aside["fault"]) == (call, 2, "KeyError")
    assert [text.split()[:2] for text in told["changes"]] == [[call, "3"]]


@pytest.mark.parametrize("end", ["originator", "receiver"])
@pytest.mark.parametrize("key", [{"N": "1"}, {"S": ""}], ids=str)
def test_what_nothing_can_be_read_by_fails_the_read_of_no_other(
    session_stream: Stream,
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
    key: dict[str, str],
) -> None:
    set_aside_in(monkeypatch)
    call, records = changes_of_a_call(session_stream)
    records[0]["dynamodb"]["NewImage"][end] = key
    publish(records)

    aside, told = lines(logged, "PublishEvents")
    assert (aside["version"], aside["fault"]) == (2, "ValueError")
    assert [text.split()[:2] for text in told["changes"]] == [[call, "3"]]


def test_an_audience_that_makes_no_sense_is_none_that_was_told(
    session_stream: Stream, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record itself does make sense, so it is set aside later."""
    set_aside_in(monkeypatch)
    call, records = changes_of_a_call(session_stream)
    monkeypatch.setattr("notifications.publish_session_events.audience_from", {}.__getitem__)
    publish(records)

    told = lines(logged, "PublishEvents")
    assert [(line["mediaSessionId"], line["version"]) for line in told] == [(call, 2), (call, 3)]


@pytest.mark.parametrize("image", [None, {}, {"mediaSessionId": {"N": "1"}}, {"version": {}}])
def test_what_has_no_name_is_set_aside_all_the_same(
    session_stream: Stream, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, image: Any
) -> None:
    set_aside_in(monkeypatch)
    _, records = changes_of_a_call(session_stream)
    records[0]["dynamodb"]["NewImage"] = image

    assert tell_the_bus(records[:1]) == []
    [aside] = lines(logged, "PublishToSessionsBus")
    assert aside.keys() >= {"setAside", "fault"}
    assert "mediaSessionId" not in aside
