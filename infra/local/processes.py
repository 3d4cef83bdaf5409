"""Background processes that outlive the command that started them.

Each has `.local/run/<name>.pid`, which it keeps locked for as long as it lives: the operating
system gives the lock back when the process ends, however it ends, so a process id that has
meanwhile gone to somebody else's process is never taken for ours.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from infra.local import loopback_http
from infra.local.settings import HOST, LOGS, ROOT, STATE, LocalStackError

_LAST_PORT = 65535
_RUN = STATE / "run"
_STOP_SECONDS = 5
_POLL_SECONDS = 0.05

# Ours to reap, if we are still there when they end.
_CHILDREN: dict[str, subprocess.Popen[bytes]] = {}


def log_file(name: str) -> Path:
    """Return where the process of this name writes its output."""
    return LOGS / f"{name}.log"


def log_tail(log: Path, lines: int = 25) -> str:
    """Return the end of a log, as an appendix to an error message."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join([f"The end of {log.relative_to(ROOT)}:", *text.splitlines()[-lines:]])


def start(name: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
    """Start a process in a session of its own, so that neither Ctrl-C nor our end stops it.

    Raises LocalStackError when one of that name runs already.
    """
    _RUN.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    with _pid_file(name).open("a+") as pid_file, log_file(name).open("w") as log:
        if not _lock(pid_file):
            message = f"{name} is running already; stop it with: make down"
            raise LocalStackError(message)
        _CHILDREN[name] = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[pid_file.fileno()],
        )
        pid_file.truncate(0)
        pid_file.write(str(_CHILDREN[name].pid))


def running(name: str) -> int | None:
    """Return the id of the live process of this name, if there is one."""
    try:
        with _pid_file(name).open() as pid_file:
            return None if _lock(pid_file) else int(pid_file.read())
    except FileNotFoundError:
        return None


def stop(name: str) -> bool:
    """End the process of this name with all that it started; False when it was not running."""
    pid = running(name)
    if pid is None:
        return False
    os.killpg(pid, signal.SIGTERM)
    wait_until(lambda: running(name) is None, _STOP_SECONDS)
    # Children that outlive their parent have nothing left to save. For a group of nothing but
    # a process that nobody has waited for yet, macOS answers that it is not allowed.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if name in _CHILDREN:
        _CHILDREN.pop(name).wait()
    _pid_file(name).unlink(missing_ok=True)
    return True


def await_answer(name: str, url: str, seconds: float) -> None:
    """Wait until the process just started answers a GET of this URL with 200.

    Raises LocalStackError with the end of its log when it does not, and stops it.
    """
    wait_until(lambda: loopback_http.answers(url) or running(name) is None, seconds)
    if running(name) is None or not loopback_http.answers(url):
        stop(name)
        message = f"{name} did not start.\n{log_tail(log_file(name))}"
        raise LocalStackError(message)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Tell whether the condition came true within that many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def require_free_port(variable: str, port: int) -> None:
    """Raise LocalStackError, naming the variable to change, when the port is somebody else's."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError as error:
            other = port + 1 if port < _LAST_PORT else port - 1
            message = (
                f"Port {port} on {HOST} is taken by another program. "
                f"Choose another one, as in: make up {variable}={other}"
            )
            raise LocalStackError(message) from error


def _pid_file(name: str) -> Path:
    return _RUN / f"{name}.pid"


def _lock(pid_file: IO[str]) -> bool:
    try:
        fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
