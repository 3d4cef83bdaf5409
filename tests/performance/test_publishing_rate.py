"""The plumbing of the benchmark of publishing; how fast it is, a test does not ask."""

from collections.abc import Iterator

import pytest

from tests.performance import publishing_rate
from tests.performance.publishing_rate import measure
from tests.performance.result import Result


@pytest.fixture(scope="module")
def results() -> Iterator[dict[str, Result]]:
    """The results of a batch of twelve, at once, and once."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_CHANGES", 12), ("_SERVICE_SECONDS", 0), ("_ROUNDS", 1)):
            patch.setattr(publishing_rate, name, value)
        yield {result.name: result for result in measure()}


def test_each_way_has_its_requests(results: dict[str, Result]) -> None:
    former, ours, *_ = results["publishing.apart"].notes

    assert former.endswith("12 GetItem, 24 Query, 12 SendMessageBatch, 12 PutEvents")
    # Audiences, registers, and 24 messages in tens.
    assert ours == "ours: 2 BatchGetItem, 3 SendMessageBatch"
    assert results["publishing.bus"].notes[0] == "2 PutEvents"


def test_what_goes_to_the_same_two_is_queued_one_after_the_other(
    results: dict[str, Result],
) -> None:
    _, ours, *_ = results["publishing.together"].notes

    assert ours == "ours: 2 BatchGetItem, 12 SendMessageBatch"


def test_only_the_batch_of_many_calls_is_held_against_the_budget(
    results: dict[str, Result],
) -> None:
    budgets = {name: result.budget for name, result in results.items() if result.budget}

    assert [*budgets] == ["publishing.apart"]
    assert (budgets["publishing.apart"].of, budgets["publishing.apart"].limit) == ("gain", 10)
