"""One embedded stack for all processes of a test run, and who has it to themselves.

Readers-writer locks between processes, on files: tests share the stack, but for those that break
or throttle it, which are marked ``alone``.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infra.local.settings import STATE, Settings
from infra.local.stack import down, is_up, up
from infra.local.stack_file import Stack

_FILES = STATE / "tests"
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"process {os.getpid()}")


@contextmanager
def deployed(settings: Settings) -> Iterator[Stack]:
    """Bring the stack up to date, once a run; the last process to leave stops it.

    Unless it was up before the run. Raises LocalStackError when it does not come up.
    """
    with _opened("users") as users:
        with _locked("turn"):
            stays = _brought_up(settings)
            fcntl.flock(users, fcntl.LOCK_SH)
        stack = Stack.load()
        assert stack
        try:
            yield stack
        finally:
            with _locked("turn"):
                if _is_last(users) and not stays:
                    down()


@contextmanager
def used(*, alone: bool) -> Iterator[None]:
    """Use the stack beside other tests, or wait until there are none and keep them waiting.

    Whoever waits keeps later ones from overtaking.
    """
    with _opened("users now") as now:
        with _locked("queue"):
            fcntl.flock(now, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def _brought_up(settings: Settings) -> bool:
    """Bring the stack up if no process of this run has done so; tell whether it is to stay."""
    note = _FILES / "run.json"
    known = json.loads(note.read_text()) if note.exists() else {}
    if known.get("run") == _RUN and is_up():
        return bool(known["stays"])
    stays = is_up()
    up(settings)
    note.write_text(json.dumps({"run": _RUN, "stays": stays}))
    return stays


def _is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with _opened(name) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _opened(name: str) -> IO[str]:
    _FILES.mkdir(parents=True, exist_ok=True)
    return Path(_FILES / name).open("a")
