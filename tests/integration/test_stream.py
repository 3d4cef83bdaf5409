"""Records one after the other: what fails comes again, with all that follows it."""

import gc
import weakref
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch import EventType
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from aws.batch import process_in_order, report_failure, time_of
from tests.support.emf import metrics_in


def record(number: int) -> dict[str, Any]:
    return {"dynamodb": {"SequenceNumber": str(number)}}


def message(number: int) -> dict[str, Any]:
    return {"messageId": f"message {number}", "body": ""}


@pytest.mark.parametrize(
    ("source", "records", "failed"),
    [
        (EventType.DynamoDBStreams, [record(1), record(2), record(3)], "2"),
        (EventType.SQS, [message(1), message(2), message(3)], "message 2"),
    ],
    ids=["stream", "queue"],
)
def test_all_are_handled_in_their_order_and_nothing_overtakes_what_fails(
    source: EventType, records: list[dict[str, Any]], failed: str
) -> None:
    handled: list[dict[str, Any]] = []

    def handle(record: Any) -> None:
        handled.append(record.raw_event)

    def fail_at_the_second(record: Any) -> None:
        handle(record)
        if record.raw_event is records[1]:
            raise ValueError

    assert process_in_order(source, {"Records": records}, handle) == {"batchItemFailures": []}
    assert handled == records
    handled.clear()
    for first in (0, 1):
        assert process_in_order(source, {"Records": records[first:]}, fail_at_the_second) == {
            "batchItemFailures": [{"itemIdentifier": failed}]
        }
    assert handled == [*records[:2], records[1]]


@pytest.mark.parametrize(
    ("source", "only", "failed"),
    [(EventType.DynamoDBStreams, record(1), "1"), (EventType.SQS, message(1), "message 1")],
    ids=["stream", "queue"],
)
def test_a_batch_that_fails_as_a_whole_comes_again_and_raises_nothing(
    source: EventType, only: dict[str, Any], failed: str
) -> None:
    def fail(record: Any) -> None:
        del record
        raise ValueError

    assert process_in_order(source, {"Records": [only]}, fail) == {
        "batchItemFailures": [{"itemIdentifier": failed}]
    }


def test_nothing_of_a_failed_record_outlives_its_batch() -> None:
    held: list[weakref.ref[Any]] = []

    def fail(record: Any) -> None:
        credential = {str(record)}
        held.append(weakref.ref(credential))
        raise ValueError

    gc.disable()
    try:
        process_in_order(EventType.SQS, {"Records": [message(1)]}, fail)
        assert [each() for each in held] == [None]
    finally:
        gc.enable()


def test_a_failure_is_logged_by_its_kind_and_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webrtc-test")
    report_failure("Function", ValueError("+12025550101"), stream="sessions")

    log = capsys.readouterr().out
    assert '"fault":"ValueError"' in log
    assert "+1202" not in log
    [metric] = metrics_in(log)
    assert (metric.name, metric.value) == ("RecordFailed", 1)
    dimensions = {"service": "webrtc-test", "function": "Function", "stream": "sessions"}
    assert dict(metric.dimensions) == dimensions


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (1_767_225_600, "2026-01-01T00:00:00Z"),
        (1_767_225_600.0, "2026-01-01T00:00:00Z"),
        (1_767_225_600.25, "2026-01-01T00:00:00.250000Z"),
    ],
)
def test_the_time_of_a_record(seconds: float, time: str) -> None:
    changed = {"dynamodb": {"ApproximateCreationDateTime": seconds}}

    assert time_of(DynamoDBRecord(changed)) == time
