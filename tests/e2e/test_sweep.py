"""The sweep of stale sessions, racing those who are not too late."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from infra.local.aws import invoke
from infra.local.stack_file import Stack
from tests.support.api import Answer
from tests.support.stack.aws import Aws
from tests.support.stack.race import Race
from tests.support.stack.subscriber import Line

ROUNDS, PARTIES = 17, 3


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    threads = 1 + PARTIES
    with ThreadPoolExecutor(threads) as pool:
        yield Race(pool, threads)


@pytest.mark.parametrize(
    ("act", "outcome_of_the_act"),
    [
        pytest.param(lambda line, call: line.alice.delete(call), "SessionCancelled", id="hang-up"),
        pytest.param(lambda line, call: line.bob.answer(call), "Connected", id="answer"),
    ],
)
def test_a_sweep_races_a_party_of_each_call(
    stack: Stack,
    line: Line,
    race: Race,
    aws: Aws,
    act: Callable[[Line, str], Answer],
    outcome_of_the_act: str,
) -> None:
    outcomes = Counter[str]()
    for number in range(ROUNDS):
        calls = [line.call() for _ in range(PARTIES)]
        for call in calls:
            aws.make_stale(call)
        # Of none to eight looks: small ones and large ones in every round, and each in some.
        _, *answers = race.run(
            partial(invoke, stack, "SweepExpired", {"sweep": "sessions"}),
            *(
                partial(_look_and, PARTIES * party + number % PARTIES, line, call, act)
                for party, call in enumerate(calls)
            ),
        )

        for call, answer in zip(calls, answers, strict=True):
            assert answer.code in {(200, None), (204, None), (404, "NOT_FOUND")}
            outcome = "NoAnswer" if answer.status == 404 else outcome_of_the_act
            assert aws.writes_to(call) == 2
            assert line.bob.status_of(call) == outcome
            outcomes[outcome] += 1

    assert outcomes.keys() == {outcome_of_the_act, "NoAnswer"}, outcomes


def _look_and(looks: int, line: Line, call: str, act: Callable[[Line, str], Answer]) -> Answer:
    """Give the sweep a head start, for it takes longer."""
    for _ in range(looks):
        line.bob.get(call)
    return act(line, call)
