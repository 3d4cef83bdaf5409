"""What the deployed functions have logged during all tests before this one (it is the last)."""

import json
from collections.abc import Iterator
from typing import Any

from infra.local.processes import wait_until
from tests.e2e.aws import Aws
from tests.e2e.subscriber import Line
from tests.support.builders import a_call_request, a_location
from tests.support.privacy import personal_in

_LOG_SECONDS = 10
BEGUN, ENDED = (f"3c1f9a70-5d42-4e0b-9a51-1f0c6a7e2b8{digit}" for digit in (1, 2))
MADE_UP = "12025550101"


def test_the_log_follows_calls_and_names_nobody(aws: Aws, line: Line) -> None:
    body = a_call_request(locationDetails=a_location())
    call = line.alice.post(body, correlator=BEGUN).body["mediaSessionId"]
    line.bob.answer(call)
    # An id that a client makes up may name somebody.
    for send in (line.alice.get, line.alice.registration, line.alice.subscription):
        assert send(MADE_UP).status == 404
    assert line.alice.delete(MADE_UP, correlator=MADE_UP).status == 404
    line.bob.delete(call, correlator=ENDED)

    # The emulator may write a line a moment after the answer.
    wait_until(lambda: len(_told_of(call, _everything_logged(aws))) == 3, _LOG_SECONDS)
    log = _everything_logged(aws)

    assert _told_of(call, log) == {
        (BEGUN, None, "Initial"),
        ("", "Initial", "Connected"),
        (ENDED, "Connected", "Terminated"),
    }
    assert personal_in("\n".join(log)) == []


def _told_of(call: str, log: list[str]) -> set[tuple[Any, Any, Any]]:
    """Return what requests did to a call: the correlator, the status before and that after."""
    lines = [json.loads(text) for text in log if text.startswith("{") and call in text]
    requests = [line for line in lines if "httpStatus" in line]
    return {(line["correlator"], line.get("from"), line.get("to")) for line in requests}


def _everything_logged(aws: Aws) -> list[str]:
    # The emulator fails to list what it is adding to at that moment.
    logs: Any = aws.client("logs", attempts=5)
    groups = logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName")
    return [message for group in list(groups) for message in _messages(logs, group)]


def _messages(logs: Any, group: str) -> Iterator[str]:
    """Yield a log's lines; the emulator tells of 10,000 at once and of no further page."""
    since = 0
    while events := logs.filter_log_events(logGroupName=group, startTime=since)["events"]:
        yield from (event["message"] for event in events)
        since = events[-1]["timestamp"] + 1
