"""The clock, in one place so that a test can set it, and times as RFC 3339 text."""

import time
from datetime import UTC, datetime

from camara.unix_time import UnixSeconds


def now() -> UnixSeconds:
    """Return the Unix time in whole seconds."""
    return int(time.time())


def rfc3339(seconds: float) -> str:
    """Return a Unix time in UTC as RFC 3339 (5.6) writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
