"""How large the artifact is that every function starts from. Lambda brings boto3 along."""

from collections.abc import Iterator

from tests.performance.artifact import packages, zipped
from tests.performance.result import Budget, Result

_MEGABYTE = 1_000_000
_LISTED = 5


def measure() -> Iterator[Result]:
    """Zip the built artifact, and name what is largest in it."""
    largest = [f"{name} {size / _MEGABYTE:.2f}" for name, size in packages().most_common(_LISTED)]
    yield Result(
        name="artifact-size",
        what="zipped artifact, without boto3",
        unit="MB",
        value=zipped().stat().st_size / _MEGABYTE,
        budget=Budget(3),
        notes=[f"the largest: {', '.join(largest)}"],
    )
