"""Schedules: CloudFormation names them, within the 64 characters that a name may have.

Source: EventBridge Scheduler, ``CreateSchedule``; SAM, "ScheduleV2".
"""

from tests.support.template import template

SCHEDULES = [
    event["Properties"]
    for resource in template()["Resources"].values()
    for event in resource.get("Properties", {}).get("Events", {}).values()
    if event["Type"] == "ScheduleV2"
]


def test_cloudformation_names_them() -> None:
    # SAM gives them one, the same in every stack, unless it is told not to.
    assert len(SCHEDULES) == 3
    for schedule in SCHEDULES:
        assert schedule["OmitName"] is True
        assert "Name" not in schedule
