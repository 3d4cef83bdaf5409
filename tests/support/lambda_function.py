"""A built function under AWS's Lambda runtime emulator, which runs it as Lambda does."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx import HTTPError

from infra.local.settings import BUILD, PROJECT_BIN, REGION
from tests.support.runtime_emulator import Emulator, emulator
from tests.support.template import function_property

_LOG_LINES = 30


@dataclass(frozen=True)
class LambdaFunction:
    """A function that can be invoked."""

    logical_id: str
    log: Path
    emulator: Emulator

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
        children = Path(f"/proc/{self.emulator.pid}/task").glob("*/children")
        (function,) = (process for thread in children for process in thread.read_text().split())
        status = Path(f"/proc/{function}/status").read_text()
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        return int(peak) * 1024

    def _answer(self, event: Any) -> Any:
        try:
            return json.loads(self.emulator.invoke(json.dumps(event)))
        except (HTTPError, ValueError) as error:
            raise AssertionError(self._report(repr(error))) from error

    def _report(self, problem: Any) -> str:
        return f"{self.logical_id}: {problem}\n{_tail(self.log)}"


type Built = Callable[[str], LambdaFunction]
"""Returns a function, by logical id, that is started but once."""

type Started = Callable[..., AbstractContextManager[LambdaFunction]]
"""Keeps a function, by logical id, with its variables of ``events/env.json``, some replaced."""


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
    runtime = [*python(), "-m", "awslambdaric", function_property(logical_id, "Handler")]
    with emulator(runtime, BUILD / logical_id, variables, log, level="warning") as started:
        yield LambdaFunction(logical_id, log, started)


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join([f"The end of {log.name}:", *lines[-_LOG_LINES:]])
