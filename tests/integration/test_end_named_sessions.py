"""SweepExpired by hand, and by other events."""

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.api import a_call, delete, get
from tests.support.builders import ALICE, BOB
from tests.support.emf import metrics_in
from tests.support.sweep import sweep
from tests.support.table import TABLE, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_named_sessions_end_now_and_the_answer_tells_of_each(table: "DynamoDBClient") -> None:
    ringing, connected, over = a_call("Ringing"), a_call("Connected"), a_call("Ringing")
    bystander = a_call("Ringing")
    delete(ALICE, over)
    names = [ringing, connected, over, "unknown", "../", 7, "", ringing]

    told = sweep({"mediaSessionIds": names, "reason": "maintenance"})

    numbers = {name: told[name] for name in ("found", "ended", "skipped", "malformed", "left")}
    assert numbers == {"found": 8, "ended": 2, "skipped": 3, "malformed": 3, "left": 0}
    outcomes = sorted((str(s["mediaSessionId"]), s["outcome"]) for s in told["sessions"])
    assert outcomes == sorted(
        [
            (ringing, "ended"),
            (ringing, "over"),
            (connected, "ended"),
            (over, "over"),
            ("unknown", "unknown"),
            ("../", "malformed"),
            ("7", "malformed"),
            ("", "malformed"),
        ]
    )
    assert get(BOB, ringing).body["status"] == "NoAnswer"
    assert get(BOB, connected).body["status"] == "Terminated"
    assert get(BOB, bystander).body["status"] == "Ringing"
    key = {"mediaSessionId": {"S": ringing}, "part": {"S": "session"}}
    assert table.get_item(TableName=TABLE, Key=key)["Item"]["endReason"] == {"S": "maintenance"}


def test_the_log_tells_of_each_that_was_ended_which_change_that_was(logged: io.StringIO) -> None:
    ringing, connected = a_call("Ringing"), a_call("Hold")
    logged.truncate(0)
    logged.seek(0)
    sweep({"mediaSessionIds": [ringing, connected], "reason": "maintenance"})

    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    told = [(line["mediaSessionId"], line["from"], line["to"], line["version"]) for line in lines]
    assert sorted(told) == sorted(
        [(ringing, "Ringing", "NoAnswer", 3), (connected, "Hold", "Terminated", 4)]
    )


def test_an_eventbridge_event_may_name_them() -> None:
    call = a_call()

    told = sweep(
        {"detail-type": "SubscriberBarred", "source": "x", "detail": {"mediaSessionIds": [call]}}
    )

    assert told["ended"] == 1


@pytest.mark.parametrize("swept", ["sessions", "registrations", "subscriptions"])
def test_an_event_may_ask_for_a_sweep(swept: str) -> None:
    assert sweep({"sweep": swept})["lagSeconds"] == 0
    event = {"detail-type": "Scheduled Event", "source": "x", "detail": {"sweep": swept}}
    assert sweep(event)["lagSeconds"] == 0


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        "text",
        {"sweep": "calls"},
        {"sweep": ["sessions"]},
        {"sweep": "sessions", "reason": "x"},
        {"sweep": "sessions", "mediaSessionIds": []},
        {"reason": "x"},
        7,
        {"mediaSessionIds": "x"},
        {"mediaSessionIDs": ["x"]},
        {"mediaSessionIds": ["x"], "reason": 7},
        {"mediaSessionIds": ["x"], "reason": "x" * 257},
        {"mediaSessionIds": ["x"] * 1001},
        {"detail-type": "x"},
        {"detail-type": "x", "detail": "x"},
        {"detail-type": "x", "detail": {}},
        {"detail-type": "x", "detail": {"unknown": 1}},
    ],
    ids=lambda event: repr(event)[:40],
)
def test_a_malformed_event_is_answered_counted_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], event: Any
) -> None:
    a_call()

    with unchanged():
        capsys.readouterr()

        assert sweep(event) == {"code": "INVALID_ARGUMENT"}
    assert [metric.name for metric in metrics_in(capsys.readouterr().out)] == [
        "EndRequestMalformed"
    ]
