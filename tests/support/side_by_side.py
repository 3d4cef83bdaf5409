"""Which tests share a process when they run side by side (``pytest --numprocesses``)."""

from collections import Counter
from collections.abc import Sequence
from typing import override

import pytest
from xdist.scheduler import LoadScopeScheduling

# They share moto's tables and queues, which a test under mock_aws empties in its process.
_TOGETHER = {"tests/runtime/": "the built functions"}


def scope(nodeid: str) -> str:
    """Return what a test needs a process of its own for, else its file."""
    path = nodeid.partition("::")[0]
    return next((scope for start, scope in _TOGETHER.items() if path.startswith(start)), path)


class Scheduler(LoadScopeScheduling):
    """Gives a process one scope after another, each as a whole, those with most tests first."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def check(items: Sequence[pytest.Item]) -> None:
    """Refuse tests with the same id, which count as one. Raises pytest.UsageError."""
    counted = Counter(item.nodeid for item in items)
    if twice := [nodeid for nodeid, count in counted.items() if count > 1]:
        message = f"several tests with the same id: {', '.join(twice)}"
        raise pytest.UsageError(message)
