"""The sweeps on the embedded stack: by their schedules, and racing those who are not too late."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest

from infra.local.aws import invoke
from infra.local.processes import wait_until
from infra.local.settings import Settings
from infra.local.stack import up
from infra.local.stack_file import Stack
from tests.e2e.aws import Aws
from tests.e2e.races import Race
from tests.e2e.subscriber import Line, Subscriber
from tests.support.api import Answer

ROUNDS = 100
SCHEDULE_SECONDS = 150
_LOOKS = 10


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
    with ThreadPoolExecutor(2) as pool:
        yield Race(pool)


@pytest.mark.parametrize(
    ("act", "outcome_of_the_act"),
    [
        pytest.param(lambda line, call: line.alice.delete(call), "SessionCancelled", id="hang-up"),
        pytest.param(lambda line, call: line.bob.answer(call), "Connected", id="answer"),
    ],
)
def test_a_sweep_races_a_party(
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
        call = line.call()
        make_stale(call)
        _, answer = race.run(
            partial(invoke, stack, "EndStaleSessions", {}),
            partial(_look_and, number % _LOOKS, line, call, act),
        )

        assert answer.code in {(200, None), (204, None), (404, "NOT_FOUND")}
        outcome = "NoAnswer" if answer.status == 404 else outcome_of_the_act
        assert writes_to(call) == 2
        assert line.bob.status_of(call) == outcome
        outcomes[outcome] += 1

    assert outcomes.keys() == {outcome_of_the_act, "NoAnswer"}, outcomes


def _look_and(looks: int, line: Line, call: str, act: Callable[[Line, str], Answer]) -> Answer:
    """Give the sweep a head start, for it takes longer, now a small one and now a large one."""
    for _ in range(looks):
        line.bob.get(call)
    return act(line, call)


@pytest.fixture(scope="module")
def impatient_stack(stack: Stack) -> Iterator[Stack]:
    """The same stack with a short ringing time and short registrations; afterwards as it was."""
    settings = Settings.from_environment()
    yield up(
        settings.with_default("RingTimeoutSeconds", "2").with_default("RegistrationMinSeconds", "1")
    )
    up(settings)
    assert Stack.load() == stack


def test_a_forgotten_call_is_ended_by_the_schedule(impatient_stack: Stack, line: Line) -> None:
    assert impatient_stack.ring_timeout_seconds == 2
    call = line.call()

    assert wait_until(lambda: line.bob.status_of(call) == "NoAnswer", SCHEDULE_SECONDS)
    gone: Answer = line.alice.delete(call)
    assert gone.code == (404, "NOT_FOUND")


@pytest.mark.usefixtures("impatient_stack")
def test_the_calls_of_devices_that_are_not_refreshed_are_ended_by_the_schedule(
    somebody: Callable[[], Subscriber],
) -> None:
    expiring: list[tuple[Subscriber, Subscriber, str]] = []
    for _ in range(2):
        line = Line(somebody().with_device(), somebody().with_device())
        call = line.call("Connected")
        # The caller's device in one call, the receiver's in the other.
        ends = (line.bob, line.alice) if expiring else (line.alice, line.bob)
        expiring.append((*ends, call))
    for one, _, _ in expiring:
        in_two_seconds = datetime.fromtimestamp(int(time.time()) + 2, UTC).isoformat()
        wish = {"registrationExpireTime": in_two_seconds}
        assert one.refresh(one.registration_id, wish).status == 200

    for one, other, call in expiring:
        assert wait_until(partial(_is_terminated, other, call), SCHEDULE_SECONDS)
        assert one.registration(one.registration_id).code == (404, "NOT_FOUND")
        assert one.delete(call).code == (404, "NOT_FOUND")


def _is_terminated(who: Subscriber, call: str) -> bool:
    return who.status_of(call) == "Terminated"
