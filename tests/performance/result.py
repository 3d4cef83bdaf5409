"""What a benchmark found: figures for the table, and what the picture shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal


class SkippedError(Exception):
    """A benchmark that this machine cannot run; the text says why."""


@dataclass(frozen=True)
class Budget:
    """The most that a figure may be, and which figure it is: the value, or its ratio to floor.

    Of a gain, which is how many times the usual way's figure ours is, it is the least.
    """

    limit: float
    of: Literal["value", "ratio", "gain"] = "value"


@dataclass(frozen=True)
class Result:
    """One line of the table.

    ``floor`` is the least that the platform allows, ``usual`` what today's usual way costs; both,
    like ``value``, in ``unit``. ``samples`` are the single measurements behind them, by subject.
    ``ratio`` is that to floor, unless it is given: a median of ratios, for one. A result without a
    budget is there to be read.
    """

    name: str
    what: str
    unit: str
    value: float
    floor: float | None = None
    usual: float | None = None
    ratio: float | None = None
    budget: Budget | None = None
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.ratio is None and self.floor:
            object.__setattr__(self, "ratio", self.value / self.floor)

    @property
    def gain(self) -> float | None:
        """How many times the usual way's figure ours is; ``None`` where there is none."""
        return self.value / self.usual if self.usual else None

    @property
    def excess(self) -> float | None:
        """By how much the budget is missed, 0 when it is kept; ``None`` without a budget."""
        if self.budget is None:
            return None
        judged = {"value": self.value, "ratio": self.ratio, "gain": self.gain}[self.budget.of]
        if judged is None:
            message = f"{self.name}: nothing to hold against its budget"
            raise ValueError(message)
        over = judged - self.budget.limit
        return max(0.0, -over if self.budget.of == "gain" else over)

    @property
    def met(self) -> bool | None:
        """Whether the budget is kept; ``None`` without one."""
        return None if self.excess is None else self.excess == 0


def of_medians(
    name: str,
    what: str,
    unit: str,
    samples: Mapping[str, Sequence[float]],
    budget: Budget | None = None,
    notes: Sequence[str] = (),
    *,
    paired: bool = False,
) -> Result:
    """Return what samples by subject come to: their medians.

    ``paired``: those of one round belong together, and the ratio is the median of the rounds'.
    """
    floor, usual, value = (samples.get(subject, ()) for subject in ("floor", "usual", "value"))
    return Result(
        name=name,
        what=what,
        unit=unit,
        floor=median(floor) if floor else None,
        usual=median(usual) if usual else None,
        value=median(value),
        ratio=median_ratio(value, floor) if paired else None,
        budget=budget,
        samples=samples,
        notes=notes,
    )


def median_ratio(values: Sequence[float], floor: Sequence[float]) -> float:
    """Return the median of the ratios of single rounds."""
    return median(mine / least for mine, least in zip(values, floor, strict=True))


@dataclass(frozen=True)
class Curve:
    """How a figure grows with another, the usual way and ours."""

    name: str
    what: str
    x: str
    unit: str
    usual: Sequence[tuple[float, float]]
    value: Sequence[tuple[float, float]]
    logarithmic: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Parts:
    """What a figure is made of, the usual way and ours, in the order in which it is spent."""

    name: str
    what: str
    unit: str
    usual: Mapping[str, float]
    value: Mapping[str, float]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Step:
    """What a whole call spends on one thing: an operation, or what follows from it.

    ``seconds`` are those billed of all invocations together, ``memory_gb`` what is given to each.
    """

    name: str
    invocations: int
    seconds: float
    gb_seconds: float = 0
    memory_gb: float = 0
    api_requests: int = 0
    write_units: float = 0
    read_units: float = 0
    queue_requests: int = 0
    bus_events: int = 0
    log_bytes: int = 0
    bytes_out: int = 0


@dataclass(frozen=True)
class WholeCall:
    """A call, step by step; what a month costs without any, in ``metrics`` and ``alarms``.

    ``index_units`` are the write units of the busiest index, ``cached_gb`` the memory of all
    functions.
    """

    steps: Sequence[Step]
    index_units: int
    metrics: int
    alarms: int
    cached_gb: float


type Shown = Curve | Parts
type Finding = Result | Shown | WholeCall
