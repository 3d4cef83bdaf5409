"""The script that picks the project's Python, on machines that are made up."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.settings import ROOT

SCRIPT = ROOT / "infra" / "local" / "find-python"
GOOD = f'exec "{sys.executable}" "$@"'
SHIM_WITHOUT_A_VERSION = "echo 'pyenv: python3.13: command not found' >&2; exit 127"
ANOTHER_VERSION = "exit 1"
FETCHED = "/fetched/python3.13"


class Machine:
    """A PATH with nothing but what is put on it, and a uv."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.pyenv = root / "pyenv"
        self._uv_calls = root / "uv-calls"
        self._uv = self.program(
            root / "uv",
            f'echo "$*" >> "{self._uv_calls}"; '
            f'if [ "$2" = find ]; then echo {FETCHED}; else echo progress; fi',
        )

    def program(self, path: Path, script: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def on_path(self, script: str) -> Path:
        return self.program(self.bin / "python3.13", script)

    def in_pyenv(self, version: str, script: str) -> Path:
        self.program(self.bin / "pyenv", f'echo "{self.pyenv}"')
        return self.program(self.pyenv / "versions" / version / "bin" / "python3.13", script)

    def found(self) -> str:
        """Return what the script prints."""
        finished = subprocess.run(  # noqa: S603
            [SCRIPT, self._uv],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=True,
        )
        return finished.stdout.removesuffix("\n")

    @property
    def uv_calls(self) -> list[str]:
        return self._uv_calls.read_text().splitlines() if self._uv_calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_one_on_path_comes_first(machine: Machine) -> None:
    python = machine.on_path(GOOD)
    machine.in_pyenv("3.13.1", GOOD)

    assert machine.found() == str(python)


@pytest.mark.parametrize("broken", [SHIM_WITHOUT_A_VERSION, ANOTHER_VERSION])
def test_one_on_path_that_does_not_run_is_passed_over(machine: Machine, broken: str) -> None:
    machine.on_path(broken)
    python = machine.in_pyenv("3.13.1", GOOD)

    assert machine.found() == str(python)
    assert machine.uv_calls == []


def test_so_is_one_of_pyenvs(machine: Machine) -> None:
    machine.in_pyenv("3.13.0", SHIM_WITHOUT_A_VERSION)
    python = machine.in_pyenv("3.13.1", GOOD)

    assert machine.found() == str(python)


def test_other_versions_of_pyenvs_are_not_looked_at(machine: Machine) -> None:
    machine.in_pyenv("3.12.1", GOOD)

    assert machine.found() == FETCHED


def test_a_pyenv_that_fails_is_none(machine: Machine) -> None:
    machine.program(machine.bin / "pyenv", "exit 1")

    assert machine.found() == FETCHED


@pytest.mark.parametrize("on_path", [None, SHIM_WITHOUT_A_VERSION])
def test_without_any_uv_fetches_one(machine: Machine, on_path: str | None) -> None:
    if on_path:
        machine.on_path(on_path)

    assert machine.found() == FETCHED
    assert machine.uv_calls == ["python install 3.13", "python find --managed-python 3.13"]
