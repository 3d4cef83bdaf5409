import time

import pytest

from aws import clock


def test_the_time_is_in_whole_seconds_and_never_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.9)

    assert repr(clock.now()) == "1800000000"
