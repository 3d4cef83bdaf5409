import os
import select
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import processes
from infra.local.settings import LocalStackError

FOREVER = ["tail", "-f", "/dev/null"]
NAME = "daemon"


@pytest.fixture(autouse=True)
def children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The processes started, by name; none outlives its test."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    monkeypatch.setattr(processes, "_CHILDREN", started)
    monkeypatch.setattr(processes, "_RUN", tmp_path / "run")
    monkeypatch.setattr(processes, "LOGS", tmp_path / "log")
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    yield started
    for child in started.values():
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@pytest.fixture
def strangers_pid() -> Iterator[int]:
    """The id of a process that is none of ours."""
    with subprocess.Popen(FOREVER, start_new_session=True) as stranger:  # noqa: S603
        yield stranger.pid
        # Still there, so nobody but us has killed it.
        assert stranger.poll() is None
        stranger.kill()


def start(*command: str) -> None:
    processes.start(NAME, command or FOREVER, {"PATH": os.environ["PATH"]})


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_runs_until_it_is_stopped(
    children: dict[str, subprocess.Popen[bytes]],
) -> None:
    start()
    pid = children[NAME].pid

    assert processes.running(NAME) == pid
    assert processes.stop(NAME)
    assert processes.running(NAME) is None
    assert not exists(pid)


def test_stopping_again_does_nothing() -> None:
    start()

    assert [processes.stop(NAME) for _ in range(3)] == [True, False, False]


def test_stopping_what_never_ran_does_nothing() -> None:
    assert processes.running(NAME) is None
    assert not processes.stop(NAME)


def test_a_process_of_somebody_else_is_never_killed(tmp_path: Path, strangers_pid: int) -> None:
    pid_file = tmp_path / "run" / f"{NAME}.pid"
    pid_file.parent.mkdir()
    pid_file.write_text(str(strangers_pid))

    assert processes.running(NAME) is None
    assert not processes.stop(NAME)


def test_what_died_can_be_started_anew(children: dict[str, subprocess.Popen[bytes]]) -> None:
    start()
    dead = children[NAME]
    dead.kill()
    dead.wait()

    assert processes.running(NAME) is None
    start()
    assert processes.running(NAME) == children[NAME].pid != dead.pid


def test_one_of_a_name_runs_at_a_time(children: dict[str, subprocess.Popen[bytes]]) -> None:
    start()
    first = children[NAME].pid

    with pytest.raises(LocalStackError, match=f"^{NAME} is running already; stop it with"):
        start()
    assert processes.running(NAME) == first


def test_what_it_started_is_stopped_with_it(tmp_path: Path) -> None:
    start("sh", "-c", "tail -f /dev/null & echo $!; wait")
    log = tmp_path / "log" / f"{NAME}.log"
    assert processes.wait_until(lambda: log.read_text().endswith("\n"), 5)

    grandchild = os.pidfd_open(int(log.read_text()))

    assert processes.stop(NAME)

    ended, _, _ = select.select([grandchild], [], [], 5)
    os.close(grandchild)
    assert ended


def test_who_will_not_end_is_made_to(
    monkeypatch: pytest.MonkeyPatch, children: dict[str, subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr(processes, "_STOP_SECONDS", 0.1)
    start("sh", "-c", "trap '' TERM; echo ready; while :; do tail -f /dev/null; done")
    child = children[NAME]
    assert processes.wait_until(lambda: "ready" in processes.log_file(NAME).read_text(), 5)

    assert processes.stop(NAME)
    assert child.returncode == -signal.SIGKILL
    assert processes.running(NAME) is None


def test_what_does_not_start_is_shown_by_its_log(free_port: int) -> None:
    start("sh", "-c", "echo it is broken; exit 1")

    with pytest.raises(LocalStackError) as failure:
        processes.await_answer(NAME, f"http://127.0.0.1:{free_port}/", seconds=5)

    message = str(failure.value)
    assert message.startswith(f"{NAME} did not start.\nThe end of log/{NAME}.log:\n")
    assert message.endswith("it is broken")


def test_what_does_not_answer_is_stopped(free_port: int) -> None:
    start()

    with pytest.raises(LocalStackError, match="did not start"):
        processes.await_answer(NAME, f"http://127.0.0.1:{free_port}/", seconds=0.1)
    assert processes.running(NAME) is None


def test_a_log_is_shown_by_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "sam.log"
    log.write_bytes(b"one\ntwo\n\xff\n")

    assert processes.log_tail(log, lines=2) == "The end of sam.log:\ntwo\n\ufffd"
    assert processes.log_tail(tmp_path / "none.log") == "The end of none.log:"


def test_a_port_that_is_taken_is_named_with_the_variable_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalStackError) as refusal:
            processes.require_free_port("AWS_PORT", port)

    assert f"Port {port} on 127.0.0.1 is taken" in str(refusal.value)
    assert f"make up AWS_PORT={port + 1}" in str(refusal.value)
    processes.require_free_port("AWS_PORT", port)
