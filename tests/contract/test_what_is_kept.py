"""Nothing is lost with a stack, and no name stands in the way of the next one.

Source: CloudFormation, "DeletionPolicy attribute"; EventBridge Scheduler, ``CreateSchedule``.
"""

import pytest

from tests.support.template import properties, template

RESOURCES = template()["Resources"]
DEAD_LETTER_QUEUES = {
    "EventsNotPublished",
    "NotificationsNotDelivered",
    "ProbesNotHandled",
    "RegistrationEndsNotHandled",
}
KEPT = DEAD_LETTER_QUEUES | {
    name
    for name, resource in RESOURCES.items()
    if resource["Type"] in {"AWS::DynamoDB::Table", "AWS::KMS::Key"}
}
NAMES = {"TableName", "QueueName"}
SCHEDULES = [
    event["Properties"]
    for resource in RESOURCES.values()
    for event in resource.get("Properties", {}).get("Events", {}).values()
    if event["Type"] == "ScheduleV2"
]


def test_all_queues_but_two_are_for_what_is_set_aside() -> None:
    queues = {name for name, each in RESOURCES.items() if each["Type"] == "AWS::SQS::Queue"}

    assert queues - DEAD_LETTER_QUEUES == {"NotificationsQueue", "ProbesQueue"}


@pytest.mark.parametrize("resource", sorted(KEPT))
def test_what_holds_something_outlives_its_stack(resource: str) -> None:
    # But not a first deployment that fails: that is to be repeated.
    assert RESOURCES[resource]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert RESOURCES[resource]["UpdateReplacePolicy"] == "Retain"
    assert not NAMES & properties(resource).keys(), "the next stack would find the name taken"


def test_schedules_have_no_name_of_ours() -> None:
    # SAM gives them one, the same in every stack, unless it is told not to.
    assert len(SCHEDULES) == 3
    for schedule in SCHEDULES:
        assert schedule["OmitName"] is True
        assert "Name" not in schedule
