"""Tables, key and dead-letter queues are kept when their stack is deleted.

Source: CloudFormation, "DeletionPolicy attribute" and "UpdateReplacePolicy attribute".
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


def test_all_queues_but_two_are_dead_letter_queues() -> None:
    queues = {name for name, each in RESOURCES.items() if each["Type"] == "AWS::SQS::Queue"}

    assert queues - DEAD_LETTER_QUEUES == {"NotificationsQueue", "ProbesQueue"}


@pytest.mark.parametrize("resource", sorted(KEPT))
def test_it_is_kept_without_a_name_of_ours(resource: str) -> None:
    # But not a first deployment that fails: that is to be repeated.
    assert RESOURCES[resource]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert RESOURCES[resource]["UpdateReplacePolicy"] == "Retain"
    assert not NAMES & properties(resource).keys(), "the next stack would find the name taken"
