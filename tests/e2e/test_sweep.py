"""The sweep of stale sessions, racing those who are not too late."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from infra.local.aws import invoke
from infra.local.stack_file import Stack
from tests.e2e.aws import Aws
from tests.e2e.races import Race
from tests.e2e.subscriber import Line
from tests.support.api import Answer

ROUNDS, PARTIES = 34, 3


@pytest.fixture
def make_stale(aws: Aws) -> Callable[[str], None]:
    """Moves a session's deadline into the past: nobody has to wait for it."""
    dynamodb = aws.client("dynamodb")

    def set_deadline(call: str) -> None:
        dynamodb.update_item(
            TableName=aws.stack.tables["SessionsTable"],
            Key={"mediaSessionId": {"S": call}, "part": {"S": "session"}},
            UpdateExpression="SET staleAt = :past",
            ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
        )

    return set_deadline


@pytest.fixture
def writes_to(aws: Aws) -> Callable[[str], int]:
    """How many writes a session has seen: its version."""
    dynamodb = aws.client("dynamodb")

    def version(call: str) -> int:
        key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
        table = aws.stack.tables["SessionsTable"]
        return int(dynamodb.get_item(TableName=table, Key=key)["Item"]["version"]["N"])

    return version


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
    make_stale: Callable[[str], None],
    writes_to: Callable[[str], int],
    act: Callable[[Line, str], Answer],
    outcome_of_the_act: str,
) -> None:
    outcomes = Counter[str]()
    for number in range(ROUNDS):
        calls = [line.call() for _ in range(PARTIES)]
        for call in calls:
            make_stale(call)
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
            assert writes_to(call) == 2
            assert line.bob.status_of(call) == outcome
            outcomes[outcome] += 1

    assert outcomes.keys() == {outcome_of_the_act, "NoAnswer"}, outcomes


def _look_and(looks: int, line: Line, call: str, act: Callable[[Line, str], Answer]) -> Answer:
    """Give the sweep a head start, for it takes longer."""
    for _ in range(looks):
        line.bob.get(call)
    return act(line, call)
