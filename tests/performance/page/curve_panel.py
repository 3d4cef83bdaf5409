"""How a figure grows: the usual way and ours as two lines over the same axes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.performance.figures import figure
from tests.performance.page.svg import FAINT, OURS, USUAL, element, line, text
from tests.performance.result import Curve

_LEFT = 54
_TOP = 46
_BOTTOM = 48
_LABEL_ROOM = 30
"""To the right, for half of the last tick's label."""
_TICK_GAP = 8
_LABEL_GAP = 6

type _Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class _Axes:
    """From figures to places."""

    x: Callable[[float], float]
    y: Callable[[float], float]


def curve_panel(curve: Curve, width: float, height: float) -> str:
    """Return the panel, its upper left corner at 0, 0."""
    ticks = _ticks(curve)
    axes = _axes(curve, ticks[-1], width, height)
    return "\n".join(
        [
            text(0, 14, curve.what, font_weight="bold"),
            *_grid(curve, axes, ticks, width - _LABEL_ROOM, height),
            *_curve(curve.usual, axes, USUAL, "usual way"),
            *_curve(curve.value, axes, OURS, "ours"),
            text(
                (_LEFT + width - _LABEL_ROOM) / 2,
                height - 4,
                curve.x,
                text_anchor="middle",
            ),
        ]
    )


def _grid(
    curve: Curve, axes: _Axes, ticks: Sequence[float], right: float, height: float
) -> list[str]:
    foot = height - _BOTTOM
    drawn = [text(0, _TOP - 12, curve.unit)]
    for tick in ticks:
        y = axes.y(tick)
        drawn += [
            line(_LEFT, y, right, y, FAINT),
            text(_LEFT - _TICK_GAP, y + 4, figure(tick), text_anchor="end"),
        ]
    last = None
    for x, _ in curve.value:
        place = axes.x(x)
        label = figure(x)
        # Points that lie close together share the first one's label.
        if last is None or place - last > _LABEL_ROOM / 2 + 4 * len(label):
            drawn.append(text(place, foot + 18, label, text_anchor="middle"))
            last = place
    return drawn


def _curve(points: _Points, axes: _Axes, colour: str, name: str) -> list[str]:
    places = [(axes.x(x), axes.y(y)) for x, y in points]
    x, y = places[-1]
    return [
        element(
            "polyline",
            points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places),
            fill="none",
            stroke=colour,
            stroke_width=2,
        ),
        *(element("circle", cx=x, cy=y, r=3, fill=colour) for x, y in places),
        text(
            x,
            y - _LABEL_GAP,
            f"{name}: {figure(points[-1][1])}",
            text_anchor="end",
            fill=colour,
            font_weight="bold",
        ),
    ]


def _ticks(curve: Curve) -> list[float]:
    """Return figures that span the curve: powers of ten, or quarters of a round greatest one."""
    greatest = max(y for _, y in [*curve.usual, *curve.value])
    if curve.logarithmic:
        return [10**power for power in range(math.ceil(math.log10(greatest)) + 1)]
    step = next(
        step
        for power in range(10)
        for step in (10**power, 2 * 10**power, 5 * 10**power)
        if step * 4 >= greatest
    )
    return [step * number for number in range(math.ceil(greatest / step) + 1)]


def _axes(curve: Curve, greatest: float, width: float, height: float) -> _Axes:
    xs = [x for x, _ in curve.value]
    return _Axes(
        x=_scale(xs[0], xs[-1], _LEFT, width - _LABEL_ROOM, logarithmic=curve.logarithmic),
        y=_scale(
            1 if curve.logarithmic else 0,
            greatest,
            height - _BOTTOM,
            _TOP,
            logarithmic=curve.logarithmic,
        ),
    )


def _scale(
    first: float, last: float, start: float, end: float, *, logarithmic: bool
) -> Callable[[float], float]:
    """Return the place of a figure: ``first`` at ``start``, ``last`` at ``end``."""
    of = math.log10 if logarithmic else float
    return lambda value: start + (of(value) - of(first)) / (of(last) - of(first)) * (end - start)
