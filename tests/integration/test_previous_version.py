"""What the version before has written is read by this one, and what this one writes by that one.

While requests move to new code both run side by side, and after a rollback the older one goes on
with what the newer one has left. ``previous_version.json`` is what the version before wrote, items
and messages as they were stored; whoever changes their shape adds first, and takes away a version
later.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notifications import deliver_notification, publish_events
from notifications.notification import CatchUp, message_from
from tests.support import registration_api, subscriptions_api
from tests.support.api import a_call, delete, get, put
from tests.support.builders import ALICE, BOB, a_subscription, registration_id
from tests.support.emf import metrics_in
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import taken_from
from tests.support.on_moto import FakeClock, Messaging
from tests.support.streams import Stream, meant_for
from tests.support.sweep import sweep
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.told_sinks import answer_as_they_are_called

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITTEN = json.loads(Path(__file__).with_name("previous_version.json").read_text())
CALLS: dict[str, str] = WRITTEN["calls"]
MESSAGES: list[dict[str, Any]] = WRITTEN["messages"]
A_DAY = 24 * 3600

type Item = dict[str, Any]


@pytest.fixture(autouse=True)
def written_before(table: "DynamoDBClient") -> None:
    for name, items in WRITTEN["tables"].items():
        for item in items:
            table.put_item(TableName=name, Item=item)


@pytest.mark.parametrize("status", CALLS)
@pytest.mark.parametrize("party", [ALICE, BOB])
def test_a_call_can_be_read_and_ended(status: str, party: str) -> None:
    assert get(party, CALLS[status]).body["status"] == status
    assert delete(party, CALLS[status]).status == 204


def test_a_call_goes_on() -> None:
    call = CALLS["Connected"]

    assert put(BOB, call, "Hold").body["answer"] == {"sdp": "v=0 answer"}
    assert get(ALICE, call).body["status"] == "Hold"


@pytest.mark.parametrize("status", CALLS)
def test_a_call_that_nobody_ends_is_swept(clock: FakeClock, status: str) -> None:
    clock.now += A_DAY
    ended = sweep()["ended"]

    assert ended == len(CALLS)
    assert get(ALICE, CALLS[status]).body["status"] in {"NoAnswer", "Terminated"}


def test_a_device_stays_registered() -> None:
    assert registration_api.put(ALICE, registration_id(ALICE)).status == 200
    assert registration_api.delete(BOB, registration_id(BOB)).status == 204


def test_a_subscription_stays_and_can_be_ended() -> None:
    subscriptions = subscriptions_api.get_all(ALICE).body

    assert len(subscriptions) > 1
    for subscription in subscriptions:
        assert subscriptions_api.delete(ALICE, subscription["id"]).status == 204


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["type"])
def test_a_message_is_delivered(
    messaging: Messaging,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    message: dict[str, Any],
) -> None:
    del messaging
    answer_as_they_are_called(monkeypatch)
    record = {
        "messageId": "1",
        "receiptHandle": "1",
        "body": json.dumps(message),
        "attributes": {"ApproximateReceiveCount": "1"},
    }

    assert deliver_notification.handler({"Records": [record]}, a_lambda_context()) == {
        "batchItemFailures": []
    }
    outcomes = [
        dict(metric.dimensions)["outcome"]
        for metric in metrics_in(capsys.readouterr().out)
        if metric.name == "Notification"
    ]
    assert outcomes == ["delivered"]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["type"])
def test_what_a_later_version_adds_to_a_message_is_passed_over(message: dict[str, Any]) -> None:
    later = json.dumps(message | {"addedLater": 1})

    assert message_from(later) == message_from(json.dumps(message))


def test_what_a_later_version_adds_to_a_request_to_catch_up_is_passed_over() -> None:
    asked = CatchUp.of(a_subscription())
    later = json.dumps(json.loads(asked.to_json()) | {"addedLater": 1})

    assert message_from(later) == asked


def test_what_an_earlier_version_did_not_have_yet_is_as_by_default() -> None:
    asked = CatchUp.of(a_subscription())
    optional = {"is_last", "before"}
    earlier = {
        name: value for name, value in json.loads(asked.to_json()).items() if name not in optional
    }

    assert message_from(json.dumps(earlier)) == asked


@pytest.mark.parametrize("status", CALLS)
def test_a_call_that_a_later_version_has_added_to_can_be_ended(
    table: "DynamoDBClient", status: str
) -> None:
    for item in WRITTEN["tables"][TABLE]:
        table.put_item(TableName=TABLE, Item=item | {"addedLater": {"S": "whatever"}})

    assert get(ALICE, CALLS[status]).body["status"] == status
    assert put(BOB, CALLS[status], status).status == 200
    assert delete(ALICE, CALLS[status]).status == 204


def _shape(item: Item) -> set[tuple[str, str]]:
    """Return the attributes of an item with their types."""
    return {(name, *value) for name, value in item.items()}


def _lacks(items: list[Item], before: list[Item], key: str) -> list[set[tuple[str, str]]]:
    """Return what items have not which those of the version before had, by a key's value."""
    shapes: dict[str, set[tuple[str, str]]] = {}
    for item in items:
        kind = item[key]["S"].partition("#")[0]
        shapes.setdefault(kind, set()).update(_shape(item))
    return [
        missing
        for item in before
        if (missing := _shape(item) - shapes.get(item[key]["S"].partition("#")[0], set()))
    ]


def test_all_that_the_version_before_reads_of_a_call_is_written(table: "DynamoDBClient") -> None:
    calls = {a_call("Ringing"), a_call("Connected")}
    items = [
        item
        for item in table.scan(TableName=TABLE)["Items"]
        if item["mediaSessionId"]["S"] in calls
    ]

    assert _lacks(items, WRITTEN["tables"][TABLE], "part") == []


def test_all_that_the_version_before_reads_of_a_registration_is_written(
    table: "DynamoDBClient",
) -> None:
    written_before = {item["owner"]["S"] for item in WRITTEN["tables"][REGISTRATIONS]}
    registration_api.post("+12025550177")
    gone = registration_api.post("+12025550178").body["registrationId"]
    registration_api.delete("+12025550178", gone)
    items = [
        item
        for item in table.scan(TableName=REGISTRATIONS)["Items"]
        if item["owner"]["S"] not in written_before
    ]

    assert items
    assert _lacks(items, WRITTEN["tables"][REGISTRATIONS], "owner") == []


def test_all_that_the_version_before_reads_of_a_subscription_is_written(
    table: "DynamoDBClient", messaging: Messaging
) -> None:
    del messaging
    before = WRITTEN["tables"][SUBSCRIPTIONS]
    for item in before:
        key = {name: item[name] for name in ("number", "subscriptionId")}
        table.delete_item(TableName=SUBSCRIPTIONS, Key=key)
    assert subscriptions_api.post(ALICE).status == 201
    listed, subscription = sorted(
        table.scan(TableName=SUBSCRIPTIONS)["Items"], key=lambda item: "listeners" not in item
    )

    for item in before:
        assert _shape(item) <= _shape(listed if "listeners" in item else subscription)


def test_all_that_the_version_before_reads_of_a_message_is_written(messaging: Messaging) -> None:
    stream = Stream(TABLE)
    a_call("Connected")
    records = meant_for("PublishEvents", stream.records())
    publish_events.handler({"Records": records}, a_lambda_context())
    written = {message["type"]: message for message in taken_from(messaging.queue)}

    for message in MESSAGES:
        now = written[message["type"]]
        assert message.keys() <= now.keys()
        assert message["data"].keys() <= now["data"].keys()
