"""The money for a million whole calls, held against its budget."""

from collections.abc import Iterator

from tests.performance.capacity import money, read
from tests.performance.capacity.played_call import play
from tests.performance.result import Budget, Finding, Result


def measure() -> Iterator[Finding]:
    """Play a call and price it."""
    call = play()
    dollars = money.of_call(call)
    by_service = ", ".join(f"{name} {sum_:.1f}" for name, sum_ in money.by_service(dollars).items())
    yield Result(
        name="capacity.money",
        what="list price of a million whole calls",
        unit="$",
        value=round(money.total(dollars), 1),
        budget=Budget(70),
        notes=[f"{by_service}; {read('prices')['date']}; [capacity](capacity.md)"],
    )
    yield call
