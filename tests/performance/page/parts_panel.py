"""What a figure is made of: two bars for each part, the usual way's and ours."""

from tests.performance.figures import figure
from tests.performance.page.svg import OURS, USUAL, element, text
from tests.performance.result import Parts

_LEFT = 122
_TOP = 30
_BAR = 12
_VALUE_ROOM = 34


def parts_panel(parts: Parts, width: float, height: float) -> str:
    """Return the panel, its upper left corner at 0, 0."""
    names = list(dict.fromkeys([*parts.usual, *parts.value]))
    greatest = max([*parts.usual.values(), *parts.value.values()])
    per_unit = (width - _LEFT - _VALUE_ROOM) / greatest
    row = (height - _TOP) / (len(names) + 1)
    drawn = [text(0, 14, f"{parts.what}, {parts.unit}", font_weight="bold")]
    for number, name in enumerate(names):
        y = _TOP + row * number
        drawn += [
            text(_LEFT - 8, y + _BAR + 4, name, text_anchor="end"),
            _bar(y, parts.usual.get(name, 0), per_unit, USUAL),
            _bar(y + _BAR, parts.value.get(name, 0), per_unit, OURS),
        ]
    y = _TOP + row * len(names)
    drawn += [
        text(_LEFT - 8, y + _BAR + 4, "in all", text_anchor="end"),
        _total(y - 2, "usual way", sum(parts.usual.values()), USUAL),
        _total(y + _BAR + 3, "ours", sum(parts.value.values()), OURS),
    ]
    return "\n".join(drawn)


def _bar(y: float, value: float, per_unit: float, colour: str) -> str:
    length = value * per_unit
    return "\n".join(
        [
            element("rect", x=_LEFT, y=y, width=length, height=_BAR - 1, fill=colour),
            text(_LEFT + length + 4, y + _BAR - 2, figure(round(value)), fill=colour, font_size=11),
        ]
    )


def _total(y: float, name: str, value: float, colour: str) -> str:
    label = f"{name}: {figure(round(value))}"
    return text(_LEFT, y + _BAR - 2, label, fill=colour, font_weight="bold")
