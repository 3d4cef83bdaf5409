"""Schedules: one for each sweep; CloudFormation names them, within the 64 characters of a name.

Source: EventBridge Scheduler, ``CreateSchedule``; SAM, "ScheduleV2".
"""

import json

from sweep_expired import _SWEEPS
from tests.support.template import template

SCHEDULES = [
    event["Properties"]
    for resource in template()["Resources"].values()
    for event in resource.get("Properties", {}).get("Events", {}).values()
    if event["Type"] == "ScheduleV2"
]


def test_each_sweep_has_one_that_asks_for_it() -> None:
    asked = [json.loads(schedule["Input"]) for schedule in SCHEDULES]

    assert asked == [{"sweep": name} for name in _SWEEPS]


def test_cloudformation_names_them() -> None:
    # SAM gives them one, the same in every stack, unless it is told not to.
    assert len(SCHEDULES) == 3
    for schedule in SCHEDULES:
        assert schedule["OmitName"] is True
        assert "Name" not in schedule


def test_what_a_sweep_leaves_the_next_one_finds_so_none_is_sent_again() -> None:
    sweep = template()["Resources"]["SweepExpired"]["Properties"]

    assert sweep["EventInvokeConfig"] == {"MaximumRetryAttempts": 0}
    for schedule in SCHEDULES:
        assert schedule["RetryPolicy"] == {"MaximumRetryAttempts": 0}
