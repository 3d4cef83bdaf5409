"""The results as a table for people and as a file for programs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


def write(path: Path, machine: dict[str, Any], results: Sequence[Result]) -> None:
    """Write the results as JSON."""
    content = {"machine": machine, "results": [_as_json(result) for result in results]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def _row(result: Result) -> tuple[str, ...]:
    budget = ""
    if result.budget:
        budget = f"<= {result.budget.limit:g}" + (" x" if result.budget.of == "ratio" else "")
    return (
        result.what,
        result.unit,
        _figure(result.floor),
        _figure(result.usual),
        _figure(result.value),
        "" if result.ratio is None else f"{result.ratio:.2f} x",
        budget,
        _verdict(result),
    )


def _verdict(result: Result) -> str:
    if result.excess is None:
        return ""
    return f"over budget by {result.excess:.2f}" if result.excess else "ok"


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:g}" if float(value).is_integer() else f"{value:,.{1 if value > 10 else 2}f}"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [
        cell.ljust(width) if index in _TEXT_COLUMNS else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "name": result.name,
        "unit": result.unit,
        "floor": result.floor,
        "usual": result.usual,
        "value": result.value,
        "ratio": result.ratio,
        "budget": result.budget.limit if result.budget else None,
        "budgetOf": result.budget.of if result.budget else None,
        "met": result.met,
        "notes": list(result.notes),
        "samples": {name: list(values) for name, values in result.samples.items()},
    }
