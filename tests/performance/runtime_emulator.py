"""Cold starts under AWS's Lambda runtime emulator, which logs how long each part took."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.performance import SCRATCH
from tests.performance.result import SkippedError
from tests.support.runtime_emulator import NoEmulatorError, emulator

_INIT = re.compile(rb"INIT REPORT\(durationMs: ([0-9.]+)\)")
_INVOKE = re.compile(rb"INVOKE RTDONE\(status: success.*duration: ([0-9.]+)ms\)")


class ColdStart(NamedTuple):
    """Milliseconds, as the emulator logs them, and what the function answered."""

    init: float
    first_invocation: float
    answer: bytes


class Function(NamedTuple):
    """What to start: a handler, the folder that it is in, and its whole environment."""

    handler: str
    task_root: Path
    environment: Mapping[str, str]


def cold_start(function: Function, payload: bytes) -> ColdStart:
    """Start a function, invoke it once, stop it.

    Raises ``SkippedError`` where the emulator does not run, and ``RuntimeError`` with its log when
    the function fails.
    """
    log = SCRATCH / "runtime-emulator.log"
    runtime = [sys.executable, "-m", "awslambdaric", function.handler]
    try:
        with emulator(runtime, function.task_root, function.environment, log) as started:
            answer = started.invoke(payload.decode())
    except NoEmulatorError as error:
        raise SkippedError(str(error)) from error
    logged = log.read_bytes()
    init, invocation = _INIT.search(logged), _INVOKE.search(logged)
    if not (init and invocation):
        message = f"{function.handler} failed:\n{logged.decode(errors='replace')}"
        raise RuntimeError(message)
    return ColdStart(float(init[1]), float(invocation[1]), answer)
