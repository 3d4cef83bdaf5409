"""Where tests run when they run side by side, and which cannot."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import side_by_side

STACK, RUNTIME = "the embedded stack", "the built functions"


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        ("tests/e2e/test_calls.py::test_a_call", STACK),
        ("tests/e2e/test_log.py::test_the_log[x::y]", STACK),
        ("tests/fuzz/test_api.py::test_any_request[GET /webrtc/sessions]", STACK),
        ("tests/fuzz/test_caller.py::test_any_caller", "tests/fuzz/test_caller.py"),
        ("tests/runtime/test_events.py::test_an_event", RUNTIME),
        ("tests/runtime/test_limits.py::test_a_limit", RUNTIME),
        ("tests/unit/test_sink.py::test_a_sink[https://[::1]/]", "tests/unit/test_sink.py"),
        ("tests/unit/test_sink.py::TestSink::test_a_sink", "tests/unit/test_sink.py"),
    ],
)
def test_what_has_to_be_together_is_and_else_a_file_is(nodeid: str, scope: str) -> None:
    assert side_by_side.scope(nodeid) == scope


def _item(nodeid: str, *fixtures: str) -> Any:
    return SimpleNamespace(nodeid=nodeid, fixturenames=[*fixtures])


def test_tests_that_can_run_side_by_side_are_accepted() -> None:
    side_by_side.check(
        [_item("tests/e2e/test_a.py::test", "stack_stays"), _item("tests/unit/test_a.py::test")]
    )


def test_a_test_that_needs_the_stack_runs_where_it_is_or_not_at_all() -> None:
    with pytest.raises(pytest.UsageError, match=r"^tests/unit/test_a\.py::test needs the stack"):
        side_by_side.check([_item("tests/unit/test_a.py::test", "api", "stack_stays")])


def test_of_tests_with_one_id_none_is_left_out_unnoticed() -> None:
    items = [_item("tests/fuzz/test_a.py::test"), _item("tests/fuzz/test_a.py::test")]

    with pytest.raises(pytest.UsageError, match=r"same id: tests/fuzz/test_a\.py::test$"):
        side_by_side.check(items)
