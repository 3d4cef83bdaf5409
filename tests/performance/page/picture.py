"""The picture: small panels side by side, growth first, then what a cold start is spent on."""

from tests.performance.bench_file import Bench
from tests.performance.page.curve_panel import curve_panel
from tests.performance.page.parts_panel import parts_panel
from tests.performance.page.svg import document, element

_PANEL = 290
_GAP = 30
_MARGIN = 10
_HEIGHT = 300


def picture(run: Bench) -> str:
    """Return the SVG file."""
    height = _HEIGHT - 2 * _MARGIN
    panels = [
        *(curve_panel(curve, _PANEL, height) for curve in run.curves),
        *(parts_panel(parts, _PANEL, height) for parts in run.parts),
    ]
    placed = [
        element(
            "g",
            "\n",
            panel,
            "\n",
            transform=f"translate({_MARGIN + number * (_PANEL + _GAP)}, {_MARGIN})",
        )
        for number, panel in enumerate(panels)
    ]
    width = 2 * _MARGIN + max(1, len(panels)) * (_PANEL + _GAP) - _GAP
    title = "; ".join(shown.what for shown in run.shown)
    return document(width, _HEIGHT, f"{title}: the usual way and ours", *placed)
