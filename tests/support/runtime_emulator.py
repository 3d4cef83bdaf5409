"""AWS's Lambda runtime interface emulator, which the SAM CLI brings along.

It runs a function as Lambda does: it starts the runtime at the first invocation.
"""

import os
import platform
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from infra.local import loopback_http
from infra.local.processes import wait_until
from infra.local.settings import HOST, TOOLS

_INVOCATIONS = "/2015-03-31/functions/function/invocations"
_START_SECONDS = 10
_STOP_SECONDS = 5


class NoEmulatorError(Exception):
    """There is none on this machine; the text says why."""


class Emulator(NamedTuple):
    """One that is ready, for one function."""

    port: int
    pid: int

    def invoke(self, payload: str) -> bytes:
        """Invoke the function; return what it answers. Raises httpx.HTTPError without an answer."""
        url = f"http://{HOST}:{self.port}{_INVOCATIONS}"
        return loopback_http.call("POST", url, body=payload).body


@contextmanager
def emulator(
    runtime: Sequence[str],
    task_root: Path,
    environment: Mapping[str, str],
    log: Path,
    level: str = "info",
) -> Iterator[Emulator]:
    """Keep an emulator ready meanwhile, which starts ``runtime``: a command, with the handler.

    ``environment`` is the function's whole one; it and the emulator write to ``log``. Raises
    NoEmulatorError where there is none, and RuntimeError when it does not start.
    """
    port, api_port = _free_ports()
    command = [
        *(str(_program()), "--log-level", level),
        *("--runtime-interface-emulator-address", f"{HOST}:{port}"),
        *("--runtime-api-address", f"{HOST}:{api_port}"),
        *runtime,
    ]
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - a command of our own
            command,
            cwd=task_root,
            env={**environment, "LAMBDA_TASK_ROOT": str(task_root)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or _listens(port), _START_SECONDS)
            if not _listens(port):
                message = f"the emulator did not start: {log.read_text(errors='replace')}"
                raise RuntimeError(message)
            yield Emulator(port, process.pid)
        finally:
            _stop(process)


def _program() -> Path:
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    name = f"samcli/local/rapid/aws-lambda-rie-{architecture}"
    found = next((TOOLS / "sam").glob(f"lib/python*/site-packages/{name}"), None)
    if found is None or sys.platform != "linux":
        message = "AWS's runtime emulator needs Linux and the SAM CLI (make setup)"
        raise NoEmulatorError(message)
    return found


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
