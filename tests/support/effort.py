"""How hard to try: the same examples every time in CI, new ones elsewhere."""

import os

import hypothesis
from hypothesis import HealthCheck

# Hypothesis derandomises by itself where the environment says CI.
DETERMINISTIC = hypothesis.settings().derandomize
_TIMES = int(os.environ.get("FUZZ") or 1)
"""How many times as many examples: ``make fuzz``."""


def examples(number: int) -> int:
    """Return how many examples to make where that many are enough for every day."""
    return number * _TIMES


def effort(number: int) -> hypothesis.settings:
    """Settings for that many examples, each of which may take its time."""
    return hypothesis.settings(
        max_examples=examples(number),
        deadline=None,
        # What a test function is given here is not changed by its examples.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
