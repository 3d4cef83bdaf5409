"""Plain SVG: elements as text, and the few that the picture is made of.

GitHub shows a picture on white or on near-black without telling it which: the colours are those
that can be read on both.
"""

from html import escape

INK = "#768390"
FAINT = "#76839055"
OURS = "#2f81f7"
USUAL = "#d4762c"
FONT_SIZE = 13


def element(name: str, /, *children: str, **attributes: str | float) -> str:
    """Return an element; ``stroke_width`` is written ``stroke-width``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(x: float, y: float, content: str, **attributes: str | float) -> str:
    """Return a line of text; ``y`` is where its letters stand."""
    return element("text", escape(content), x=x, y=y, **{"fill": INK, **attributes})


def line(x1: float, y1: float, x2: float, y2: float, colour: str = INK) -> str:
    """Return a thin line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour)


def document(width: int, height: int, title: str, *children: str) -> str:
    """Return the file; ``title`` is for those who do not see it."""
    content = element(
        "svg",
        "\n",
        element("title", escape(title)),
        "\n",
        *(f"{child}\n" for child in children),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        font_family="-apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif",
        font_size=FONT_SIZE,
    )
    return content + "\n"


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 1):g}"
