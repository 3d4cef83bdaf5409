"""Again after a conflict, but neither at once nor for ever."""

import pytest

from aws import deadline, retry
from aws.deadline import ATTEMPT_AND_WAIT_SECONDS
from aws.retry import ALL_WAITS_SECONDS, ATTEMPTS, retry_on
from camara.errors import Unavailable


class Conflict(Exception):
    pass


class AnotherConflict(Exception):
    pass


class Clock:
    """Time passes by waiting alone; ``ranges`` are those of which each wait was drawn."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []
        self.ranges: list[tuple[float, float]] = []
        self.share = 1.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.waits.append(seconds)

    def uniform(self, low: float, high: float) -> float:
        self.ranges.append((low, high))
        return low + self.share * (high - low)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Waits are the longest that there are, unless it is told to draw a smaller share."""
    clock = Clock()
    monkeypatch.setattr(deadline, "time", clock)
    monkeypatch.setattr(retry, "time", clock)
    monkeypatch.setattr(retry, "_random", clock)
    return clock


class Attempts:
    """Fails with these, one after another, then returns its number."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.made = 0

    def __call__(self) -> int:
        self.made += 1
        if self._failures:
            raise self._failures.pop(0)
        return self.made


def test_what_succeeds_is_done_once_and_nobody_waits(clock: Clock) -> None:
    attempts = Attempts()

    assert retry_on(attempts, Conflict) == attempts.made == 1
    assert clock.waits == []


@pytest.mark.parametrize("conflicts", range(1, ATTEMPTS))
def test_after_a_conflict_it_is_tried_again_after_a_wait(clock: Clock, conflicts: int) -> None:
    attempts = Attempts(*[Conflict()] * conflicts)

    assert retry_on(attempts, Conflict) == conflicts + 1
    assert len(clock.waits) == conflicts


def test_whichever_conflict_it_is(clock: Clock) -> None:
    assert retry_on(Attempts(Conflict(), AnotherConflict()), Conflict, AnotherConflict) == 3
    assert len(clock.waits) == 2


def test_after_the_last_attempt_it_is_unavailable_for_that_conflict(clock: Clock) -> None:
    conflicts = [Conflict() for _ in range(ATTEMPTS)]
    attempts = Attempts(*conflicts)

    with pytest.raises(Unavailable) as refusal:
        retry_on(attempts, Conflict)

    assert attempts.made == ATTEMPTS == 10
    assert refusal.value.__cause__ is conflicts[-1]
    assert len(clock.waits) == ATTEMPTS - 1


@pytest.mark.parametrize("before", [0, 3])
def test_anything_else_passes_at_once(clock: Clock, before: int) -> None:
    attempts = Attempts(*[Conflict()] * before, AnotherConflict())

    with pytest.raises(AnotherConflict):
        retry_on(attempts, Conflict)

    assert attempts.made == before + 1
    assert len(clock.waits) == before


def test_a_wait_is_drawn_from_none_at_all_up_to_a_longest_that_doubles_for_a_while(
    clock: Clock,
) -> None:
    """Full jitter: whoever met in a conflict does not meet again."""
    retry_on(Attempts(*[Conflict()] * (ATTEMPTS - 1)), Conflict)

    shortest, longest = zip(*clock.ranges, strict=True)
    assert set(shortest) == {0}
    assert longest == (0.025, 0.05, 0.1, 0.2, 0.4, 0.4, 0.4, 0.4, 0.4)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_what_was_drawn_is_waited(clock: Clock, share: float) -> None:
    clock.share = share

    retry_on(Attempts(*[Conflict()] * 4), Conflict)

    assert clock.waits == [share * longest for _, longest in clock.ranges]


def test_the_waits_of_a_call_are_no_longer_than_it_says(clock: Clock) -> None:
    retry_on(Attempts(*[Conflict()] * (ATTEMPTS - 1)), Conflict)

    assert 0.95 * ALL_WAITS_SECONDS < sum(clock.waits) <= ALL_WAITS_SECONDS


def test_nobody_knows_how_long_others_wait() -> None:
    """Functions that are restored from one snapshot would all draw the same."""
    with pytest.raises(NotImplementedError):
        retry._random.getstate()  # noqa: SLF001


def test_without_time_for_a_wait_and_an_attempt_it_is_unavailable_at_once(clock: Clock) -> None:
    conflict = Conflict()
    attempts = Attempts(conflict)

    with (
        deadline.within(ATTEMPT_AND_WAIT_SECONDS + 0.0249),
        pytest.raises(Unavailable) as refusal,
    ):
        retry_on(attempts, Conflict)

    assert (attempts.made, clock.waits) == (1, [])
    assert refusal.value.__cause__ is conflict


def test_it_is_tried_again_for_as_long_as_there_is_time(clock: Clock) -> None:
    attempts = Attempts(*[Conflict()] * ATTEMPTS)

    with deadline.within(ATTEMPT_AND_WAIT_SECONDS + 0.5), pytest.raises(Unavailable):
        retry_on(attempts, Conflict)

    assert clock.waits == [0.025, 0.05, 0.1, 0.2]
    assert attempts.made == 5
