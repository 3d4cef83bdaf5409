"""The picture of docs/capacity.md: a bar for each step of a call, by service."""

from collections.abc import Mapping

from tests.performance.capacity.money import SERVICES, by_service
from tests.performance.page.svg import document, element, text

_COLOURS = dict(
    zip(
        SERVICES,
        ("#2f81f7", "#d4762c", "#3fb950", "#a371f7", "#db61a2", "#9e8c3a", "#768390"),
        strict=True,
    )
)
_LEFT, _TOP, _ROW, _BAR, _WIDTH, _VALUE_ROOM = 215, 34, 24, 15, 720, 50


def picture(dollars: Mapping[str, Mapping[str, float]]) -> str:
    """Return the SVG file; ``dollars`` are those of a million calls, by step and service."""
    rows = sorted(dollars.items(), key=lambda step: -sum(step[1].values()))
    greatest = max(sum(spent.values()) for _, spent in rows)
    per_dollar = (_WIDTH - _LEFT - _VALUE_ROOM) / greatest
    drawn = [text(0, 14, "Dollars per million whole calls", font_weight="bold")]
    for number, (name, spent) in enumerate(rows):
        drawn.append(_row(_TOP + _ROW * number, name, spent, per_dollar))
    bottom = _TOP + _ROW * len(rows)
    drawn.append(_legend(bottom + 18, by_service(dollars)))
    title = "What a whole call costs, by operation and service"
    return document(_WIDTH, bottom + 52, title, *drawn)


def _row(y: float, name: str, spent: Mapping[str, float], per_dollar: float) -> str:
    drawn, x = [text(_LEFT - 8, y + _BAR - 3, name, text_anchor="end")], float(_LEFT)
    for service, amount in spent.items():
        length = amount * per_dollar
        if length:
            bar = {"x": x, "y": y, "width": length, "height": _BAR}
            drawn.append(element("rect", **bar, fill=_COLOURS[service]))
        x += length
    drawn.append(text(x + 5, y + _BAR - 3, f"{sum(spent.values()):.1f}", font_size=11))
    return "\n".join(drawn)


def _legend(y: float, totals: Mapping[str, float]) -> str:
    drawn = []
    for number, (service, amount) in enumerate(totals.items()):
        x, line = 180 * (number % 4), y + 18 * (number // 4)
        drawn += [
            element("rect", x=x, y=line - 9, width=10, height=10, fill=_COLOURS[service]),
            text(x + 15, line, f"{service} {amount:.1f}", font_size=12),
        ]
    return "\n".join(drawn)
