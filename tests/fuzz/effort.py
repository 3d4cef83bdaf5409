"""How hard to try: the same examples every time in CI, new ones elsewhere."""

import hypothesis
from hypothesis import HealthCheck

# Hypothesis derandomises by itself where the environment says CI.
DETERMINISTIC = hypothesis.settings().derandomize


def effort(examples: int) -> hypothesis.settings:
    """Settings for that many examples, each of which may take its time."""
    return hypothesis.settings(
        max_examples=examples,
        deadline=None,
        # What a test function is given here is not changed by its examples.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
