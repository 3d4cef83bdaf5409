"""Where the functions' code comes from when they run as built."""

import hashlib
import json
import marshal
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import CodeType

import pytest

from infra.local.settings import BUILD, ROOT
from tests.support.lambda_function import environment, python
from tests.support.payloads import FUNCTIONS, variables_of
from tests.support.template import function_property

_ORIGINS = """
import json, sys
names = sys.argv[1:]
for name in names: __import__(name)
print(json.dumps({name: sys.modules[name].__file__ for name in names}))
"""
_FUNCTION = "DeleteSessionById"
_ARTIFACT = BUILD / _FUNCTION
_LARGEST_UNZIPPED = 250_000_000
"""Source: AWS, "Lambda quotas", deployment package."""
_UNCHECKED_HASH = (0b01).to_bytes(4, "little")
"""Source: PEP 552."""


@pytest.mark.parametrize("logical_id", FUNCTIONS)
def test_all_but_what_lambda_brings_is_in_the_artifact(
    logical_id: str, lambda_packages: Path
) -> None:
    own = ["camara", "pydantic", "pydantic_core", "aws_lambda_powertools", "jwt", "cryptography"]
    lambdas = ["boto3", "botocore", "awslambdaric"]
    probe = subprocess.run(  # noqa: S603 - a command of our own
        [*python(), "-c", _ORIGINS, *own, *lambdas],
        cwd=BUILD / logical_id,
        env=environment(logical_id, variables_of(logical_id), lambda_packages),
        capture_output=True,
        check=False,
        text=True,
    )
    assert probe.returncode == 0, probe.stderr
    origins = {name: Path(file) for name, file in json.loads(probe.stdout).items()}

    assert {name for name, file in origins.items() if file.is_relative_to(BUILD)} == set(own)
    assert all(origins[name].is_relative_to(lambda_packages) for name in lambdas)


def test_the_artifact_is_the_same_for_all_functions() -> None:
    assert len({_digest(BUILD / logical_id) for logical_id in FUNCTIONS}) == 1


def test_it_is_far_from_lambdas_limit() -> None:
    assert sum(file.stat().st_size for file in _files()) < _LARGEST_UNZIPPED / 5


def test_every_source_has_bytecode_that_is_not_compared_with_it() -> None:
    sources = list(_files("*.py"))
    for source in sources:
        bytecode = Path(cache_from_source(str(source))).read_bytes()
        assert bytecode[:8] == MAGIC_NUMBER + _UNCHECKED_HASH, source
        assert bytecode[8:16] == source_hash(source.read_bytes()), source

    assert {source.relative_to(_ARTIFACT).parts[0] for source in sources} >= {
        *("authorizer", "aws", "call_handling", "camara"),
        *("http_api", "notifications", "registration"),
        *("aws_lambda_powertools", "cryptography", "jwt", "pydantic", "pydantic_core"),
    }


def test_bytecode_names_files_as_they_are_on_lambda() -> None:
    for file in _files("*.pyc"):
        source = file.parent.parent / f"{file.name.partition('.')[0]}.py"
        on_lambda = f"/var/task/{source.relative_to(_ARTIFACT)}"
        code = marshal.loads(file.read_bytes()[16:])  # noqa: S302 - what we have built
        assert {each.co_filename for each in _with_inner(code)} == {on_lambda}


def test_nothing_in_it_names_this_machine() -> None:
    assert not [file for file in _files() if str(ROOT).encode() in file.read_bytes()]


def test_it_runs_without_reading_a_source(tmp_path: Path, lambda_packages: Path) -> None:
    artifact = tmp_path / "artifact"
    shutil.copytree(_ARTIFACT, artifact)
    for source in artifact.rglob("*.py"):
        source.write_text("raise AssertionError('this is read')")
    modules = {function_property(each, "Handler").rpartition(".")[0] for each in FUNCTIONS}
    probe = subprocess.run(  # noqa: S603 - a command of our own
        [*python(), "-c", _ORIGINS, *sorted(modules)],
        cwd=artifact,
        env=environment(_FUNCTION, variables_of(_FUNCTION), lambda_packages),
        capture_output=True,
        check=False,
        text=True,
    )

    assert probe.returncode == 0, probe.stderr
    assert json.loads(probe.stdout).keys() == modules


def _files(pattern: str = "*") -> Iterator[Path]:
    return (file for file in sorted(_ARTIFACT.rglob(pattern)) if file.is_file())


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(folder)} {file.stat().st_size}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
