"""Every step of offer and answer, asked for again because its answer was lost: told, not taken."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import Answer, a_call, put
from tests.support.builders import ALICE, BOB
from tests.support.clients import ANSWER, sdp, session
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.table import items

type Step = tuple[str, dict[str, Any]]

STEPS: dict[str, tuple[list[Step], Step]] = {
    "another offer": ([], (ALICE, sdp("Ringing", offer="offer 2"))),
    "an early answer": ([], (BOB, sdp("Ringing", answer="early"))),
    "the answer": ([], (BOB, ANSWER)),
    "an early one": ([(BOB, sdp("Ringing", answer="early"))], (BOB, sdp())),
    "an offer": ([(BOB, ANSWER)], (ALICE, sdp(offer="offer 2"))),
    "its answer": (
        [(BOB, ANSWER), (ALICE, sdp(offer="offer 2"))],
        (BOB, sdp(answer="answer 2")),
    ),
    "an offer back": (
        [(BOB, ANSWER), (ALICE, sdp(offer="offer 2")), (BOB, sdp(answer="answer 2"))],
        (BOB, sdp("Hold", offer="offer 3")),
    ),
    "both": (
        [(BOB, ANSWER), (ALICE, sdp(offer="offer 2"))],
        (BOB, sdp(offer="offer 2", answer="answer 2")),
    ),
    "a cancel": ([], (ALICE, sdp("SessionCancelled"))),
    "a refusal": ([], (BOB, sdp("Busy"))),
    "a hang-up": ([(BOB, ANSWER)], (ALICE, sdp("Terminated"))),
}
every_step = pytest.mark.parametrize("step", STEPS)


def before(step: str) -> tuple[str, Callable[[], Answer]]:
    """Take all steps before this one; return the call, and what takes the step."""
    earlier, (party, body) = STEPS[step]
    call = a_call()
    for who, what in earlier:
        assert put(who, call, what).status == 200
    return call, lambda: put(party, call, body)


@every_step
def test_a_step_that_is_repeated_is_told_the_same(step: str) -> None:
    _, take = before(step)
    first = take()
    after = items()

    for _ in range(2):
        again = take()
        assert (again.status, again.body) == (first.status, first.body) == (200, first.body)
    assert items() == after


@every_step
@pytest.mark.parametrize(("lost", "told"), [(1, 200), (2, 200), (3, 503)])
def test_a_step_whose_answer_was_lost_is_taken_once(
    dynamo: FaultyDynamoDB, step: str, lost: int, told: int
) -> None:
    call, take = before(step)
    version = session(call).version
    reads = 2 if step in {"the answer", "an early one"} else 1
    dynamo.lose_answers(lost, after=reads)

    assert take().status == told
    assert dynamo.requests == reads + min(lost + 1, 3)
    after = items()
    assert session(call).version == version + 1
    assert take().status == 200
    assert items() == after
