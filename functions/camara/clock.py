"""The time, in one place, so that a test can set it."""

import time


def now() -> int:
    """Return the Unix time in whole seconds."""
    return int(time.time())
