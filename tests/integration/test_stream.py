"""Records one after the other: what fails comes again, with all that follows it."""

from typing import Any

import pytest

from aws.batch import in_order, time_of
from tests.support.emf import metrics_in


def record(number: int) -> dict[str, Any]:
    return {"dynamodb": {"SequenceNumber": str(number)}}


def message(number: int) -> dict[str, Any]:
    return {"messageId": f"message {number}", "body": ""}


def test_all_are_handled_in_their_order() -> None:
    handled: list[Any] = []
    records = [record(1), record(2), record(3)]

    assert in_order("Function", {"Records": records}, handled.append) == {"batchItemFailures": []}
    assert handled == records


@pytest.mark.parametrize(
    ("records", "failed"),
    [([record(1), record(2), record(3)], "2"), ([message(1), message(2), message(3)], "message 2")],
    ids=["stream", "queue"],
)
def test_nothing_overtakes_what_fails(
    records: list[dict[str, Any]],
    failed: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webrtc-test")
    seen: list[Any] = []

    def handle(record: dict[str, Any]) -> None:
        seen.append(record)
        if record is records[1]:
            raise ValueError("+12025550101")  # noqa: EM101 - what no log may tell

    assert in_order("Function", {"Records": records}, handle) == {
        "batchItemFailures": [{"itemIdentifier": failed}]
    }
    assert seen == records[:2]
    log = capsys.readouterr().out
    assert '"fault":"ValueError"' in log
    [metric] = metrics_in(log)
    assert (metric.name, metric.value) == ("RecordFailed", 1)
    assert dict(metric.dimensions) == {"service": "webrtc-test", "function": "Function"}


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (1_767_225_600, "2026-01-01T00:00:00Z"),
        (1_767_225_600.0, "2026-01-01T00:00:00Z"),
        (1_767_225_600.25, "2026-01-01T00:00:00.250000Z"),
    ],
)
def test_the_time_of_a_record(seconds: float, time: str) -> None:
    assert time_of({"dynamodb": {"ApproximateCreationDateTime": seconds}}) == time
