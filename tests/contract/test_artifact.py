"""All functions are built as one, by the Makefile of the architecture.

Source: AWS SAM CLI, "Build for provided runtimes": a function's ``BuildMethod`` is a Lambda
runtime, or ``makefile``, which is built for each function apart.
"""

from pathlib import Path

import pytest

from tests.support.template import template

ROOT = Path(__file__).parents[2]
ARCHITECTURES = template()["Parameters"]["Architecture"]["AllowedValues"]
BUILDS = [
    resource.get("Metadata")
    for resource in template()["Resources"].values()
    if resource["Type"] == "AWS::Serverless::Function"
]


def test_all_functions_share_one_build() -> None:
    assert template()["Globals"]["Function"]["CodeUri"] == "functions/"
    assert all(build == BUILDS[0] for build in BUILDS)
    assert BUILDS[0]["BuildMethod"] == "provided.al2023"


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_each_architecture_has_a_makefile_that_names_it(architecture: str) -> None:
    folder = BUILDS[0]["ContextPath"]["Fn::Sub"].replace("${Architecture}", architecture)
    makefile = (ROOT / folder / "Makefile").read_text()

    assert f'/../build" {architecture} "$(ARTIFACTS_DIR)"' in makefile
    assert not any(other in makefile for other in {*ARCHITECTURES} - {architecture})
