"""How large the artifact is that every function starts from. Lambda brings boto3 along."""

from collections.abc import Iterator

from tests.performance.artifact import bytecode_bytes, packages, unpacked_bytes, zipped
from tests.performance.result import Budget, Result

_MEGABYTE = 1_000_000
_LISTED = 5
_USUAL = (
    "annotated_types",
    "aws_lambda_powertools",
    "jmespath",
    "pydantic",
    "pydantic_core",
    "typing_extensions.py",
    "typing_inspection",
)
"""Powertools, pydantic and what they need: the usual way verifies no tokens of its own, and has no
bytecode.
"""


def measure() -> Iterator[Result]:
    """Zip the built artifact, and name what is largest in it."""
    sizes, usual = packages(), packages(bytecode=False)
    largest = [f"{name} {size / _MEGABYTE:.2f}" for name, size in sizes.most_common(_LISTED)]
    yield Result(
        name="artifact-size",
        what="zipped artifact, without boto3",
        unit="MB",
        usual=sum(usual[name] for name in _USUAL) / _MEGABYTE,
        value=zipped().stat().st_size / _MEGABYTE,
        budget=Budget(3),
        notes=[
            f"the largest: {', '.join(largest)}",
            f"bytecode: {bytecode_bytes() / _MEGABYTE:.2f} of it",
            f"unpacked: {unpacked_bytes() / _MEGABYTE:.0f}, and Lambda allows 250",
            "docs/adr/0003-one-artifact-for-all-functions.md says why it is one",
        ],
    )
