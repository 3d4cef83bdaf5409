"""Pictures for the pages: small SVG drawn by matplotlib, the same file each time.

GitHub shows a picture on white or on near-black without telling it which: the background is
transparent, and the colours are those that can be read on both.
"""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from tests.performance.figures import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK = "#768390"
OURS = "#2f81f7"
USUAL = "#d4762c"
PALETTE = (OURS, USUAL, "#3fb950", "#a371f7", "#db61a2", "#9e8c3a", INK)

_POINTS_PER_INCH = 72
_STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "axes.titleweight": "bold",
    "font.size": 9,
    "grid.alpha": 0.3,
    "grid.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "the same each time",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def svg(width: float, height: float, panels: "Sequence[Callable[[Axes], None]]") -> str:
    """Return an SVG file with these panels side by side; width and height are in points."""
    # Only who draws waits for it.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    inches = (width / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
    file = io.StringIO()
    with mpl.rc_context(_STYLE):
        drawn = Figure(figsize=inches, layout="constrained")
        every_axes = drawn.subplots(1, len(panels), squeeze=False)[0] if panels else ()
        for axes, panel in zip(every_axes, panels, strict=True):
            panel(axes)
        drawn.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    return file.getvalue()


def words(picture: str) -> list[str]:
    """Return what is written in a picture."""
    elements = ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314
    return [element.text or "" for element in elements]


def label_bars(axes: "Axes", names: Sequence[str]) -> None:
    """Name the rows of horizontal bars, the first one on top, whose values are written at them."""
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.tick_params(left=False)
    axes.xaxis.set_visible(False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.margins(x=0.15)


def tick(value: float, _: float) -> str:
    """Write the figure at a tick."""
    return figure(value)
