"""AWS's Lambda runtime interface emulator, which the SAM CLI brings along: one cold start each.

It starts the runtime (awslambdaric) as Lambda does, at the first invocation, and logs how long
initialisation and invocation took.
"""

import platform
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, NamedTuple

from tests.performance import ROOT, SCRATCH
from tests.performance.result import SkippedError

_HOST = "127.0.0.1"
_START_SECONDS = 10
_INVOKE_SECONDS = 60
_POLL_SECONDS = 0.01
_PATH = "/2015-03-31/functions/function/invocations"
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
    log_file = SCRATCH / "runtime-emulator.log"
    with log_file.open("wb") as log, _emulator(function, log) as port:
        answer = _invoke(port, payload)
    logged = log_file.read_bytes()
    init, invocation = _INIT.search(logged), _INVOKE.search(logged)
    if not (init and invocation):
        message = f"{function.handler} failed:\n{logged.decode(errors='replace')}"
        raise RuntimeError(message)
    return ColdStart(float(init[1]), float(invocation[1]), answer)


@contextmanager
def _emulator(function: Function, log: IO[bytes]) -> Iterator[int]:
    port, runtime_port = _free_ports()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [
            _program(),
            *("--runtime-interface-emulator-address", f"{_HOST}:{port}"),
            *("--runtime-api-address", f"{_HOST}:{runtime_port}"),
            *(sys.executable, "-m", "awslambdaric", function.handler),
        ],
        cwd=function.task_root,
        env={**function.environment, "LAMBDA_TASK_ROOT": str(function.task_root)},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _await_listener(port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _program() -> Path:
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    name = f"samcli/local/rapid/aws-lambda-rie-{architecture}"
    found = list((ROOT / ".local/tools/sam/lib").glob(f"python*/site-packages/{name}"))
    if not sys.platform.startswith("linux") or not found:
        message = "AWS's runtime emulator needs Linux and the SAM CLI (make setup)"
        raise SkippedError(message)
    return found[0]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((_HOST, 0))
        other.bind((_HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def _await_listener(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((_HOST, port)).close()
        except ConnectionRefusedError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    message = f"the emulator does not listen after {_START_SECONDS} s"
    raise RuntimeError(message)


def _invoke(port: int, payload: bytes) -> bytes:
    connection = HTTPConnection(_HOST, port, timeout=_INVOKE_SECONDS)
    try:
        connection.request("POST", _PATH, payload)
        return connection.getresponse().read()
    finally:
        connection.close()
