"""Two requests about one call at the same moment: one of them wins, and how the call ends is its.

The tests also fail when one side always wins, for then they would have shown nothing.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.e2e.races import Race
from tests.e2e.subscriber import Line, Subscriber
from tests.support.api import Answer

ROUNDS = 200


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    with ThreadPoolExecutor(2) as pool:
        yield Race(pool)


@pytest.fixture
def calls(line: Line) -> list[str]:
    """A call for every round."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: line.call(), range(ROUNDS)))


def test_both_hang_up(line: Line, race: Race, calls: list[str]) -> None:
    outcomes = Counter[str]()
    for call in calls:
        answers = race.run(partial(line.alice.delete, call), partial(line.bob.delete, call))

        assert sorted(answer.code for answer in answers) == [(204, None), (404, "NOT_FOUND")]
        if answers[0].status == 204:
            outcome, loser = "SessionCancelled", line.bob
        else:
            outcome, loser = "Declined", line.alice
        assert loser.status_of(call) == outcome
        outcomes[outcome] += 1

    assert outcomes.keys() == {"SessionCancelled", "Declined"}, outcomes


def test_one_hangs_up_while_the_other_answers(line: Line, race: Race, calls: list[str]) -> None:
    outcomes = Counter[str]()
    for number, call in enumerate(calls):
        # An answer takes longer than an ending: every other time it gets a head start.
        hang_up = partial(Subscriber.delete if number % 2 else _look_and_delete, line.alice, call)
        ended, answered = race.run(hang_up, partial(line.bob.answer, call))

        assert ended.status == 204
        assert answered.code in {(200, None), (404, "NOT_FOUND")}
        outcome = "Terminated" if answered.status == 200 else "SessionCancelled"
        assert line.bob.status_of(call) == outcome
        outcomes[outcome] += 1

    assert outcomes.keys() == {"SessionCancelled", "Terminated"}, outcomes


def _look_and_delete(who: Subscriber, call: str) -> Answer:
    who.get(call)
    return who.delete(call)
