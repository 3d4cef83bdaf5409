"""The picture: small panels side by side, growth first, then what a cold start is spent on."""

from typing import TYPE_CHECKING

from tests.performance.bench_file import Bench
from tests.performance.drawing import OURS, USUAL, label_bars, svg, tick
from tests.performance.figures import figure
from tests.performance.result import Curve, Parts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL = 260
_HEIGHT = 220
_BAR = 0.4


def picture(run: Bench) -> str:
    """Return the SVG file."""
    panels = [
        *(lambda axes, curve=curve: _draw_curve(axes, curve) for curve in run.curves),
        *(lambda axes, parts=parts: _draw_parts(axes, parts) for parts in run.parts),
    ]
    return svg(_PANEL * len(panels), _HEIGHT, panels)


def _draw_curve(axes: "Axes", curve: Curve) -> None:
    """Draw how a figure grows: the usual way and ours as two lines over the same axes."""
    axes.set_title(curve.what)
    axes.set_xlabel(curve.x)
    axes.set_ylabel(curve.unit)
    for name, points, colour in (("usual way", curve.usual, USUAL), ("ours", curve.value, OURS)):
        xs, ys = zip(*points, strict=True)
        axes.plot(xs, ys, color=colour, marker="o", markersize=4)
        axes.annotate(
            f"{name}: {figure(ys[-1])}",
            (xs[-1], ys[-1]),
            xytext=(0, 6),
            textcoords="offset points",
            horizontalalignment="right",
            color=colour,
            fontweight="bold",
        )
    axes.margins(y=0.15)
    if curve.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(bottom=1)
        axes.minorticks_off()
    else:
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(tick)
    axes.yaxis.set_major_formatter(tick)
    axes.grid(axis="y")


def _draw_parts(axes: "Axes", parts: Parts) -> None:
    """Draw what a figure is made of: two bars for each part, the usual way's and ours."""
    axes.set_title(f"{parts.what}, {parts.unit}")
    names = list(dict.fromkeys([*parts.usual, *parts.value]))
    for name, spent, colour, place in (
        ("usual way", parts.usual, USUAL, -_BAR / 2),
        ("ours", parts.value, OURS, _BAR / 2),
    ):
        values = [spent.get(part, 0) for part in names]
        bars = axes.barh(
            [row + place for row in range(len(names))],
            values,
            height=_BAR,
            color=colour,
            label=f"{name}: {figure(round(sum(values)))}",
        )
        axes.bar_label(bars, [figure(round(value)) for value in values], padding=3, color=colour)
    label_bars(axes, names)
    axes.legend(loc="upper right", bbox_to_anchor=(1, 0), ncols=2, labelcolor="linecolor")
