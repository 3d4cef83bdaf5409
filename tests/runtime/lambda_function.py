"""A built function under AWS's Lambda runtime emulator, which runs it as Lambda does."""

import json
import os
import platform
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx import HTTPError

from infra.local import loopback_http
from infra.local.processes import wait_until
from infra.local.settings import BUILD, HOST, PROJECT_BIN, REGION, TOOLS
from tests.support.template import function_property

_INVOCATIONS = "/2015-03-31/functions/function/invocations"
_START_SECONDS = 10
_STOP_SECONDS = 5
_LOG_LINES = 30


@dataclass(frozen=True)
class LambdaFunction:
    """A function that can be invoked."""

    logical_id: str
    port: int
    log: Path
    emulator: int
    """The process id."""

    def invoke(self, event: Any) -> Any:
        """Return what the handler returns; fail with the function's log if it raises."""
        answer = self._answer(event)
        assert "errorType" not in answer, self._report(answer)
        return answer

    def error(self, event: Any) -> Any:
        """Return the type of what the handler raises."""
        answer = self._answer(event)
        assert "errorType" in answer, self._report(answer)
        return answer["errorType"]

    def peak_memory_bytes(self) -> int:
        """Return the most memory that the function has had so far (Linux: VmHWM)."""
        children = Path(f"/proc/{self.emulator}/task").glob("*/children")
        (function,) = (process for thread in children for process in thread.read_text().split())
        status = Path(f"/proc/{function}/status").read_text()
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        return int(peak) * 1024

    def _answer(self, event: Any) -> Any:
        url = f"http://{HOST}:{self.port}{_INVOCATIONS}"
        try:
            return loopback_http.call("POST", url, body=json.dumps(event)).json
        except (HTTPError, ValueError) as error:
            raise AssertionError(self._report(repr(error))) from error

    def _report(self, problem: Any) -> str:
        return f"{self.logical_id}: {problem}\n{_tail(self.log)}"


def environment(logical_id: str, variables: Mapping[str, str], packages: Path) -> dict[str, str]:
    """Return a function's whole environment: its own variables and those that Lambda sets.

    Of those its timeout (seconds) may be set anew.
    """
    return {
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function_property(logical_id, "Timeout")),
        **variables,
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": str(packages),
        "LAMBDA_TASK_ROOT": str(BUILD / logical_id),
        "AWS_LAMBDA_FUNCTION_NAME": logical_id,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function_property(logical_id, "MemorySize")),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
    }


def python() -> list[str]:
    """Return the command of a Python without the project's environment, but of its version."""
    return [str(PROJECT_BIN / "python"), "-S"]


@contextmanager
def running(logical_id: str, variables: Mapping[str, str], log: Path) -> Iterator[LambdaFunction]:
    """Keep a function ready meanwhile; ``variables`` are its whole environment."""
    port, api_port = _free_ports()
    command = [
        *(_emulator(), "--log-level", "warning"),
        *("--runtime-interface-emulator-address", f"{HOST}:{port}"),
        *("--runtime-api-address", f"{HOST}:{api_port}"),
        *(*python(), "-m", "awslambdaric", function_property(logical_id, "Handler")),
    ]
    with (
        log.open("w") as output,
        subprocess.Popen(  # noqa: S603 - a command of our own
            command,
            cwd=BUILD / logical_id,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or _listens(port), _START_SECONDS)
            assert _listens(port), f"the emulator did not start\n{_tail(log)}"
            yield LambdaFunction(logical_id, port, log, process.pid)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _emulator() -> str:
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    name = f"samcli/local/rapid/aws-lambda-rie-{architecture}"
    found = next((TOOLS / "sam").glob(f"lib/python*/site-packages/{name}"), None)
    assert found, "no Lambda runtime emulator; set it up with: make setup"
    return str(found)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join([f"The end of {log.name}:", *lines[-_LOG_LINES:]])
