"""The little of Markdown that the pages are made of."""

import re
from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#])")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; figures, in all columns but the first, stand on the right."""
    yield _line(heads)
    yield _line(["---", *(["--:"] * (len(heads) - 1))])
    yield from map(_line, rows)


def plain(content: str) -> str:
    """Return text in which Markdown and HTML find nothing to do."""
    escaped = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", escaped.replace("\n", " "))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
