"""How figures are written, in the terminal and on the page."""

from tests.performance.result import Result

_EXACT_FROM = 10


def figure(value: float) -> str:
    """Return a figure with as many digits as say something."""
    if float(value).is_integer():
        return f"{value:,.0f}"
    if value >= _EXACT_FROM * 10:
        return f"{value:,.0f}"
    return f"{value:.{1 if value >= _EXACT_FROM else 2}f}"


def verdict(result: Result) -> str:
    """Say whether the budget is met, and else by how much it is not; empty without a budget."""
    if result.budget is None or result.excess is None:
        return ""
    if result.met:
        return "met"
    unit = f" {result.unit}" if result.budget.of == "value" else ""
    missed = "short" if result.budget.of == "gain" else "over"
    share = result.excess / result.budget.limit
    return f"{missed} by {figure(result.excess)}{unit} ({share:.0%})"
