"""Which tests share a process when they run side by side (``pytest --numprocesses``)."""

from collections import Counter
from collections.abc import Sequence
from typing import override

import pytest
from xdist.scheduler import LoadScopeScheduling

_TOGETHER = {
    # There is one embedded stack, and tests/e2e/test_log.py reads what all before it have logged.
    "the embedded stack": (
        "tests/e2e/",
        "tests/fuzz/test_api.py",
        "tests/fuzz/test_hostile_tokens_over_http.py",
        "tests/fuzz/test_lives.py",
    ),
    # They share moto's tables and queues, which a test under mock_aws empties in its process.
    "the built functions": ("tests/runtime/",),
}
_ITS_FIXTURE = "stack_stays"


def scope(nodeid: str) -> str:
    """Return what a test needs a process of its own for, else its file."""
    path = nodeid.partition("::")[0]
    return next((scope for scope, paths in _TOGETHER.items() if path.startswith(paths)), path)


class Scheduler(LoadScopeScheduling):
    """Gives a process one scope after another, each as a whole, those with most tests first."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def check(items: Sequence[pytest.Item]) -> None:
    """Refuse tests that would not run, or not where they have to. Raises pytest.UsageError.

    Tests with the same id count as one; a second process must not bring up a second stack.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if _ITS_FIXTURE in fixtures and scope(item.nodeid) != "the embedded stack":
            message = f"{item.nodeid} needs the stack: add it to tests/support/side_by_side.py"
            raise pytest.UsageError(message)
    counted = Counter(item.nodeid for item in items)
    if twice := [nodeid for nodeid, count in counted.items() if count > 1]:
        message = f"several tests with the same id: {', '.join(twice)}"
        raise pytest.UsageError(message)
