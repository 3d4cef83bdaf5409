"""The picture of docs/capacity.md: a bar for each step of a call, by service."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.performance.capacity.money import SERVICES, by_service
from tests.performance.drawing import PALETTE, label_bars, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 600
_ROW = 18


def picture(dollars: Mapping[str, Mapping[str, float]]) -> str:
    """Return the SVG file; ``dollars`` are those of a million calls, by step and service."""
    steps = dict(sorted(dollars.items(), key=lambda step: -sum(step[1].values())))
    return svg(_WIDTH, _ROW * (len(steps) + 3), [lambda axes: _draw(axes, steps)])


def _draw(axes: "Axes", steps: Mapping[str, Mapping[str, float]]) -> None:
    axes.set_title("Dollars per million whole calls")
    totals = by_service(steps)
    left = [0.0] * len(steps)
    for service, colour in zip(SERVICES, PALETTE, strict=True):
        amounts = [step[service] for step in steps.values()]
        label = f"{service} {totals[service]:.1f}"
        bars = axes.barh(range(len(steps)), amounts, left=left, color=colour, label=label)
        left = [start + amount for start, amount in zip(left, amounts, strict=True)]
    axes.bar_label(bars, [f"{amount:.1f}" for amount in left], padding=3)
    label_bars(axes, list(steps))
    axes.legend(loc="lower right")
