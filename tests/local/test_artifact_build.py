"""How the artifact is built: of libraries that are made up, on machines that are."""

import hashlib
import marshal
import subprocess
import sys
import zipfile
from pathlib import Path
from types import CodeType

import pytest

from infra.artifact import build as artifact
from infra.local.settings import ROOT

SCRIPT = ROOT / "infra" / "artifact" / "build"
PLATFORMS = {"arm64": "manylinux_2_28_aarch64", "x86_64": "manylinux2014_x86_64"}
WITH_PIP = f'exec "{sys.executable}" "$@"'
WITHOUT = "echo 'No module named pip' >&2; exit 1"


class Project:
    """Code in a folder, with a library that has a wheel for each architecture."""

    def __init__(self, root: Path) -> None:
        self.code = root / "functions"
        self.wheels = root / "wheels"
        self.code.mkdir(parents=True)
        self.wheels.mkdir()
        self.write("api/__init__.py", "def handler(): return 1\n")
        hashes = [self._wheel(architecture) for architecture in PLATFORMS]
        pin = " ".join(["library==1.0", *(f"--hash=sha256:{each}" for each in hashes)])
        self.write("requirements.txt", f"--no-index\n--find-links {self.wheels}\n{pin}\n")

    def write(self, name: str, text: str) -> None:
        file = self.code / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def built(self, into: Path, architecture: str = "arm64") -> dict[str, bytes]:
        """Build, and return the content of all files by name."""
        artifact.build(self.code, architecture, into)
        files = (file for file in into.rglob("*") if file.is_file())
        return {str(file.relative_to(into)): file.read_bytes() for file in files}

    def _wheel(self, architecture: str) -> str:
        tag = f"cp313-cp313-{PLATFORMS[architecture]}"
        about = "library-1.0.dist-info"
        content = {
            "library.py": f"machine = {architecture!r}\n",
            "library-1.0.data/scripts/a-command": "#!python\n",
            f"{about}/METADATA": "Metadata-Version: 2.1\nName: library\nVersion: 1.0\n",
            f"{about}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
        }
        record = "".join(f"{name},,\n" for name in [*content, f"{about}/RECORD"])
        wheel = self.wheels / f"library-1.0-{tag}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in {**content, f"{about}/RECORD": record}.items():
                archive.writestr(name, text)
        return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture(autouse=True)
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the libraries of these tests apart from the project's."""
    folder = tmp_path / "libraries"
    monkeypatch.setattr(artifact, "_LIBRARIES", folder)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.mark.parametrize("architecture", PLATFORMS)
def test_libraries_are_for_lambda_and_not_for_this_machine(
    project: Project, tmp_path: Path, architecture: str
) -> None:
    built = project.built(tmp_path / "built", architecture)

    assert built["library.py"].decode() == f"machine = {architecture!r}\n"


def test_it_is_code_libraries_and_their_bytecode(project: Project, tmp_path: Path) -> None:
    project.write("api/__pycache__/__init__.cpython-313.pyc", "stale")
    project.write("__pycache__/gone.cpython-313.pyc", "stale")
    project.write(".mypy_cache/api.json", "{}")

    built = project.built(tmp_path / "built")

    assert {name for name in built if ".dist-info" not in name} == {
        "api/__init__.py",
        "api/__pycache__/__init__.cpython-313.pyc",
        "library.py",
        "__pycache__/library.cpython-313.pyc",
    }
    code = marshal.loads(built["api/__pycache__/__init__.cpython-313.pyc"][16:])  # noqa: S302
    assert isinstance(code, CodeType)
    assert code.co_filename == "/var/task/api/__init__.py"


def test_it_is_the_same_wherever_and_however_it_is_built(
    project: Project, tmp_path: Path, libraries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = project.built(tmp_path / "here")
    monkeypatch.setattr(artifact, "_LIBRARIES", libraries / "elsewhere")
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "true")
    monkeypatch.setenv("PIP_USER", "true")

    assert project.built(tmp_path / "there" / "build") == here


def test_libraries_are_installed_again_only_when_they_change(
    project: Project, tmp_path: Path
) -> None:
    project.built(tmp_path / "first")
    for wheel in project.wheels.iterdir():
        wheel.unlink()

    assert "library.py" in project.built(tmp_path / "second")
    requirements = (project.code / "requirements.txt").read_text()
    project.write("requirements.txt", requirements + "# changed\n")
    with pytest.raises(subprocess.CalledProcessError):
        project.built(tmp_path / "third")
    # And what failed half-way is no set of libraries.
    with pytest.raises(subprocess.CalledProcessError):
        project.built(tmp_path / "fourth")
    # Nor is it that of the requirements before.
    project.write("requirements.txt", requirements)
    with pytest.raises(subprocess.CalledProcessError):
        project.built(tmp_path / "fifth")


def test_code_that_does_not_compile_is_not_built(project: Project, tmp_path: Path) -> None:
    project.write("api/broken.py", "def handler(:\n")

    with pytest.raises(SystemExit, match="does not compile"):
        project.built(tmp_path / "built")


@pytest.mark.parametrize("name", ["python3.13", "python3", "python"])
def test_the_python_that_builds_is_one_that_can(tmp_path: Path, name: str) -> None:
    for folder, script in (("first", WITHOUT), ("second", WITH_PIP)):
        program = tmp_path / "the path" / folder / name
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    help_of_it = _run(tmp_path / "the path" / "first", tmp_path / "the path" / "second")

    assert help_of_it.returncode == 0, help_of_it.stderr
    assert "{arm64,x86_64}" in help_of_it.stdout


def test_without_one_it_says_what_it_needs(tmp_path: Path) -> None:
    failed = _run(tmp_path)

    assert failed.returncode == 1
    assert "Python 3.13 and its pip" in failed.stderr


def _run(*path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        [SCRIPT, "--help"],
        env={"PATH": ":".join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
    )
