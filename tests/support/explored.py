"""Every way in which a world may go on, step by step; ways that meet are followed once."""

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple


class Violation(AssertionError):
    """A step that must not be, or a state in which nothing must end."""

    def after(self, way: Iterable[str]) -> "Violation":
        """Return it with the way there."""
        return Violation("\n".join([f"{self}, after", *way]))


class Explored(NamedTuple):
    """How many states there are, and how many ways through them."""

    states: int
    ways: int


def require(holds: object, rule: str) -> None:
    """Raise ``Violation`` of a rule that does not hold."""
    if not holds:
        raise Violation(rule)


type Steps[State] = Callable[[State], Iterable[tuple[str, State]]]


def explore[State: Hashable](
    start: State, steps: Steps[State], check_end: Callable[[State], None], *, most: int = 100_000
) -> Explored:
    """Follow all steps from all states, the shortest ways first.

    ``check_end`` is for those that have no next. Raises ``Violation``, with the way there.
    """
    places = {start: 0}
    states, before, after = [start], [(0, "")], list[list[int]]()
    for place, state in enumerate(states):
        nexts: list[int] = []
        try:
            require(place < most, "there is no end to it")
            for label, then in steps(state):
                known = places.setdefault(then, len(states))
                if known == len(states):
                    states.append(then)
                    before.append((place, label))
                nexts.append(known)
            if not nexts:
                check_end(state)
        except Violation as violation:
            raise violation.after(_way(before, place)) from violation
        after.append(nexts)
    return Explored(len(states), _ways(after))


def _way(before: list[tuple[int, str]], place: int) -> list[str]:
    labels: list[str] = []
    while place:
        place, label = before[place]
        labels.append(label)
    return labels[::-1]


def _ways(after: list[list[int]]) -> int:
    """Count the ways through, from the ends back to the start."""
    into = [0] * len(after)
    for nexts in after:
        for place in nexts:
            into[place] += 1
    ways, found, ready = [0] * len(after), 0, [0]
    ways[0] = 1
    while ready:
        place = ready.pop()
        found += 0 if after[place] else ways[place]
        for then in after[place]:
            ways[then] += ways[place]
            into[then] -= 1
            if not into[then]:
                ready.append(then)
    assert not any(into), "some way leads round and round"
    return found
