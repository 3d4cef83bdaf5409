"""Ending many sessions at once: each of them once, no more at a time than agreed, all told."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Barrier, Lock

import pytest

from aws.sweep import CONCURRENCY, NotDone, Sweep, time_left
from call_handling.session_ender import LeftAlone, Transition
from camara.errors import Unavailable
from tests.support.lambda_context import a_lambda_context

ENDED = Transition("Ringing", "NoAnswer", "network", 3)

type End = Callable[[str], Transition | LeftAlone]


def always() -> bool:
    return True


def never() -> bool:
    return False


def ended(_: str) -> Transition:
    return ENDED


def names(how_many: int) -> list[str]:
    return [f"call-{number}" for number in range(how_many)]


def test_there_is_time_only_for_more_than_the_slowest_write() -> None:
    assert not time_left(a_lambda_context(seconds=15))()
    assert time_left(a_lambda_context(seconds=15.001))()


def test_every_session_is_ended_once_and_told_of() -> None:
    asked: list[str] = []

    def end(name: str) -> Transition:
        asked.append(name)
        return ENDED

    sweep = Sweep(end, always)
    sweep.run(names(200))

    assert Counter(asked) == Counter(names(200))
    assert sorted(sweep.results) == sorted((name, ENDED) for name in names(200))
    assert sweep.left == 0


def test_an_index_is_read_by_one_at_a_time() -> None:
    """It is a generator, which must not be asked while it works."""

    def slowly_read() -> Iterator[str]:
        for name in names(40):
            time.sleep(0.001)
            yield name

    sweep = Sweep(ended, always)
    sweep.run(slowly_read())

    assert len(sweep.done) == 40


def test_as_many_writes_are_under_way_as_agreed_and_no_more() -> None:
    all_together = Barrier(CONCURRENCY, timeout=10)
    lock = Lock()
    under_way = 0
    most = 0

    def end(_: str) -> Transition:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        all_together.wait()
        with lock:
            under_way -= 1
        return ENDED

    Sweep(end, always).run(names(CONCURRENCY * 3))

    assert most == CONCURRENCY == 16


def test_without_time_nothing_is_begun_and_all_is_left() -> None:
    sweep = Sweep(ended, never)
    sweep.run(names(30))

    assert (sweep.results, sweep.left) == ([], 30)


def test_what_was_not_served_is_left_and_stops_no_other() -> None:
    def end(name: str) -> Transition | LeftAlone:
        if name == "call-3":
            raise Unavailable
        return LeftAlone.OVER if name == "call-4" else ENDED

    sweep = Sweep(end, always)
    sweep.run(names(20))

    outcomes = {result.key: result.outcome for result in sweep.results}
    assert len(outcomes) == 20
    assert outcomes["call-3"] is NotDone.LEFT
    assert outcomes["call-4"] is LeftAlone.OVER
    assert sweep.left == 1


def test_what_is_left_is_the_unserved_and_the_unbegun_together() -> None:
    looks = itertools.count()

    def unserved(_: str) -> Transition:
        raise Unavailable

    sweep = Sweep(unserved, lambda: next(looks) < 5)
    sweep.run(names(30))

    assert len(sweep.results) == 5
    assert sweep.left == 30


def test_counting_what_is_left_comes_to_an_end() -> None:
    """An index of millions is not read to its end only to say how many there are."""
    sweep = Sweep(ended, never)
    sweep.run(map(str, itertools.count()))

    assert sweep.left == 100_000


@pytest.mark.parametrize("at", [0, 7])
def test_a_fault_is_raised_after_the_others_are_done(at: int) -> None:
    def end(name: str) -> Transition:
        if name == f"call-{at}":
            raise ZeroDivisionError
        return ENDED

    sweep = Sweep(end, always)
    with pytest.raises(ZeroDivisionError):
        sweep.run(names(40))

    assert len(sweep.done) == 39
    assert (sweep.found, sweep.left) == (40, 1)


def test_what_was_not_begun_is_left_also_after_a_fault() -> None:
    looks = itertools.count()

    def end(_: str) -> Transition:
        raise ZeroDivisionError

    sweep = Sweep(end, lambda: next(looks) < 1)
    with pytest.raises(ZeroDivisionError):
        sweep.run(names(40))

    assert (sweep.done, sweep.left) == ([], 40)


def test_a_queue_that_breaks_is_no_end_of_the_queue() -> None:
    def queue() -> Iterator[str]:
        yield "call-0"
        raise Unavailable

    sweep = Sweep(ended, always)
    with pytest.raises(Unavailable):
        sweep.run(queue())

    assert (sweep.results, sweep.left) == ([("call-0", ENDED)], 0)
