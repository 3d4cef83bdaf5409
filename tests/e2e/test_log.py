"""What the deployed functions have logged during all tests before this one (it is the last)."""

import json
from typing import Any

from tests.e2e.aws import Aws
from tests.e2e.subscriber import Line
from tests.support.builders import a_call_request, a_location
from tests.support.privacy import personal_in


def test_the_log_follows_calls_and_names_nobody(aws: Aws, line: Line) -> None:
    body = a_call_request(locationDetails=a_location())
    call = line.alice.post(body, correlator="log-1").body["mediaSessionId"]
    line.bob.answer(call)
    line.bob.delete(call, correlator="log-2")

    log = _everything_logged(aws)

    lines = [json.loads(text) for text in log if text.startswith("{") and call in text]
    told = {(line["correlator"], line.get("from"), line.get("to")) for line in lines}
    assert told == {
        ("log-1", None, "Initial"),
        ("", "Initial", "Connected"),
        ("log-2", "Connected", "Terminated"),
    }
    assert personal_in("\n".join(log)) == []


def _everything_logged(aws: Aws) -> list[str]:
    logs: Any = aws.client("logs")
    groups = logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName")
    events = logs.get_paginator("filter_log_events")
    return [
        message
        for group in list(groups)
        for message in events.paginate(logGroupName=group).search("events[].message")
        if message
    ]
