"""What the commands do with a stack, which is not there."""

from contextlib import AbstractContextManager, nullcontext

import pytest

from infra.local import __main__ as commands
from infra.local import stack, tour
from infra.local.settings import Settings

GIVEN = Settings(4566, 9400, "build", {"SetupTimeoutSeconds": "60"})


@pytest.mark.parametrize(
    ("is_up", "added"), [(False, {"RingTimeoutSeconds": "10"}), (True, {})], ids=["alone", "beside"]
)
def test_run_has_parameters_of_the_tour_unless_the_stack_is_up_and_stays(
    monkeypatch: pytest.MonkeyPatch, added: dict[str, str], *, is_up: bool
) -> None:
    asked = list[Settings]()

    def running(wanted: Settings) -> AbstractContextManager[None]:
        asked.append(wanted)
        return nullcontext()

    monkeypatch.setattr(stack, "is_up", lambda: is_up)
    monkeypatch.setattr(stack, "running", running)
    monkeypatch.setattr(tour, "play", lambda _: False)
    monkeypatch.setattr(commands, "_serve", lambda: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["", "run"])
    monkeypatch.setattr(Settings, "from_environment", lambda: GIVEN)

    assert commands.main() == 0
    assert [settings.overrides for settings in asked] == [GIVEN.overrides | added]
