"""Build the artifact that all functions share: libraries, our code, and bytecode of both.

`sam build` runs this (see `build`, beside it). Lambda writes no bytecode into its task root, and
what goes by the date of its source is stale there, for dates do not survive the upload. So it is
made here, as "unchecked hash" (PEP 552): it is never compared with its source, which stays for
tracebacks, and names files as they are on Lambda.
"""

import argparse
import compileall
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

_TASK_ROOT = "/var/task"
_PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux2014")
"""What runs on Amazon Linux 2023, as Lambda's Python 3.13 does: its glibc is 2.34."""
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_LIBRARIES = Path(__file__).resolve().parents[2] / ".aws-sam" / "libraries"
_NO_CODE = shutil.ignore_patterns("__pycache__", ".*", "requirements.*")


def main() -> None:
    """Build from the working directory. Exits with 1 where that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("architecture", choices=_MACHINES)
    parser.add_argument("artifacts", type=Path)
    options = parser.parse_args()
    build(Path.cwd(), options.architecture, options.artifacts)


def build(code: Path, architecture: str, artifacts: Path) -> None:
    """Build the code in a folder, and what its requirements.txt names, into another.

    Raises ``CalledProcessError`` where pip fails, and ``SystemExit`` where code does not compile.
    """
    libraries = _libraries(code / "requirements.txt", architecture)
    shutil.copytree(libraries, artifacts, dirs_exist_ok=True)
    shutil.copytree(code, artifacts, dirs_exist_ok=True, ignore=_NO_CODE)
    compiled = compileall.compile_dir(
        artifacts,
        quiet=1,
        optimize=0,
        stripdir=artifacts,
        prependdir=_TASK_ROOT,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        sys.exit("what stands above does not compile")


def _libraries(requirements: Path, architecture: str) -> Path:
    """Return a folder with the libraries; installed anew only when something about them changed."""
    folder = _LIBRARIES / architecture
    # Written last, so that what was interrupted is done again.
    stamp = _LIBRARIES / f"{architecture}.sha256"
    made_of = hashlib.sha256(requirements.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != made_of:
        # And taken away first: else it would vouch for what is left, if the requirements go back.
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        _install(requirements, architecture, folder)
        stamp.write_text(made_of)
    return folder


def _install(requirements: Path, architecture: str, folder: Path) -> None:
    """Install wheels for Lambda, whatever machine this is."""
    platforms = [f"--platform={name}_{_MACHINES[architecture]}" for name in _PLATFORMS]
    subprocess.run(
        [
            *(sys.executable, "-I", "-m", "pip", "install", "--quiet"),
            *("--disable-pip-version-check", "--no-compile", "--no-user"),
            *("--require-hashes", "--no-deps", "--only-binary=:all:"),
            *("--implementation=cp", "--python-version=3.13", *platforms),
            *(f"--requirement={requirements}", f"--target={folder}"),
        ],
        # Those who forbid pip to install outside of an environment mean another folder.
        env=os.environ | {"PIP_REQUIRE_VIRTUALENV": "false"},
        check=True,
    )
    # Commands, and the lists of files that have their hashes: they name this machine's Python.
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for record in folder.glob("*.dist-info/RECORD"):
        record.unlink()


if __name__ == "__main__":
    main()
