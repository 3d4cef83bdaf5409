"""`make demo` with the functions run from source, as on macOS, where the artifact cannot run.

It has a stack of its own, in a copy of what it takes, so any other may be up meanwhile.
"""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from infra.local.settings import ROOT

_TAKEN = ("functions", "infra")
_LINKED = (".venv", ".local/tools")
_SECONDS = 240
"""Some 40 on a machine that has time; a tour of which every step fails takes an hour."""


def test_the_tour_is_as_expected(tmp_path: Path) -> None:
    for name in _TAKEN:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "template.yaml", tmp_path)
    (tmp_path / ".local").mkdir()
    for name in _LINKED:
        (tmp_path / name).symlink_to(ROOT / name)

    demo = subprocess.Popen(  # noqa: S603
        [tmp_path / ".venv" / "bin" / "python", "-m", "infra.local", "demo"],
        cwd=tmp_path,
        env=os.environ | {"FUNCTIONS": "source", "PARAMS": ""} | _free_ports(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        output, _ = demo.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        demo.send_signal(signal.SIGINT)  # it stops what it has started
        output, _ = demo.communicate()

    assert demo.returncode == 0, output
    assert "each answered as expected" in output
    assert not (tmp_path / ".aws-sam").exists(), "something was built"


def _free_ports() -> dict[str, str]:
    with socket.socket() as one, socket.socket() as other:
        ports = []
        for candidate in (one, other):
            candidate.bind(("127.0.0.1", 0))
            ports.append(str(candidate.getsockname()[1]))
    return dict(zip(("AWS_PORT", "ISSUER_PORT"), ports, strict=True))
