"""Every pair of statuses, for both roles: what the rules say is all there is."""

import itertools

import pytest

from call_handling.status import (
    ANSWERED,
    OVER,
    UNANSWERED,
    Role,
    Status,
    can_transition,
    end_status,
)

PROGRESS = {"InProgress", "Ringing", "Proceeding", "Waiting"}
LIVE_UNANSWERED = PROGRESS | {"Initial"}

ALLOWED = {
    **{
        (Role.RECEIVER, current): PROGRESS
        | {"Connected", "Busy", "NoAnswer", "NotReachable", "Declined", "Failed"}
        for current in LIVE_UNANSWERED
    },
    **{(Role.ORIGINATOR, current): {"SessionCancelled", "Failed"} for current in LIVE_UNANSWERED},
    **{(role, "Connected"): {"Hold", "Terminated", "Failed"} for role in Role},
    **{(role, "Hold"): {"Resume", "Terminated", "Failed"} for role in Role},
    **{(role, "Resume"): {"Hold", "Connected", "Terminated", "Failed"} for role in Role},
}


def test_the_three_groups_are_those_of_the_contract() -> None:
    assert UNANSWERED == LIVE_UNANSWERED
    assert {"Connected", "Hold", "Resume"} == ANSWERED
    assert {
        "Terminated",
        "SessionCancelled",
        "Declined",
        "Failed",
        "NoAnswer",
        "NotReachable",
        "Busy",
    } == OVER


@pytest.mark.parametrize(("role", "current"), list(itertools.product(Role, Status)))
def test_exactly_these_statuses_may_follow(role: Role, current: Status) -> None:
    repeated = set() if current in OVER else {current}

    allowed = {target for target in Status if can_transition(role, current, target)}

    assert allowed == ALLOWED.get((role, current), set()) | repeated


@pytest.mark.parametrize("status", sorted(UNANSWERED))
def test_an_unanswered_call_ends_by_who_ends_it(status: Status) -> None:
    assert end_status(status, Role.ORIGINATOR) == "SessionCancelled"
    assert end_status(status, Role.RECEIVER) == "Declined"
    assert end_status(status, None) == "NoAnswer"


@pytest.mark.parametrize("status", sorted(ANSWERED))
@pytest.mark.parametrize("role", [*Role, None])
def test_an_answered_call_is_terminated_by_anybody(status: Status, role: Role | None) -> None:
    assert end_status(status, role) == "Terminated"
