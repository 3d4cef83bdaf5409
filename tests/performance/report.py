"""The results as a table in the terminal."""

from collections.abc import Sequence

from tests.performance.figures import figure, verdict
from tests.performance.result import Result

_HEADINGS = ("what", "unit", "floor", "usual way", "ours", "ours/floor", "budget", "")
_TEXT_COLUMNS = (0, 1, 7)


def table(results: Sequence[Result]) -> str:
    """Return the results as an aligned table, notes below."""
    rows = [_HEADINGS, *(_row(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths[:-1]))
    notes = [f"{result.what.strip()}: {note}" for result in results for note in result.notes]
    return "\n".join([*lines, "", *notes])


def _row(result: Result) -> tuple[str, ...]:
    budget = ""
    if result.budget:
        limit = f"{result.budget.limit:g}"
        budget = {"value": f"<= {limit}", "ratio": f"<= {limit} x", "gain": f">= {limit} x usual"}[
            result.budget.of
        ]
    return (
        result.what,
        result.unit,
        "" if result.floor is None else figure(result.floor),
        "" if result.usual is None else figure(result.usual),
        figure(result.value),
        "" if result.ratio is None else f"{result.ratio:.2f} x",
        budget,
        verdict(result),
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if index in _TEXT_COLUMNS else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
