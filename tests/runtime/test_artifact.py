"""Where the functions' code comes from when they run as built."""

import json
import subprocess
from pathlib import Path

import pytest

from infra.local.settings import BUILD
from tests.runtime.events import FUNCTIONS, variables_of
from tests.runtime.lambda_function import environment, python

_ORIGINS = """
import json, sys
names = sys.argv[1:]
for name in names: __import__(name)
print(json.dumps({name: sys.modules[name].__file__ for name in names}))
"""


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
