"""Tests that run side by side: none is left out, and they share the embedded stack."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local.settings import ROOT, Settings
from infra.local.stack_file import Stack
from tests import conftest
from tests.support.stack import shared

SETTINGS = Settings(4880, 9880, "build", {})
_SECONDS = 5


def test_of_tests_with_one_id_none_is_left_out_unnoticed() -> None:
    items: list[Any] = [SimpleNamespace(nodeid="tests/fuzz/test_a.py::test")] * 2

    with pytest.raises(pytest.UsageError, match=r"same id: tests/fuzz/test_a\.py::test$"):
        conftest.pytest_collection_modifyitems(items)


def test_tests_import_no_other_tests() -> None:
    """What two of them need is in tests/support, or a fixture."""
    others = re.compile(
        r"^(?:from|import) tests\.\w+(?:\.| import )(?:test_|conftest)", re.MULTILINE
    )
    files = [file for file in (ROOT / "tests").rglob("*.py") if others.search(file.read_text())]

    assert files == []


def _item(path: str, *fixtures: str) -> Any:
    return SimpleNamespace(nodeid=f"{path}::test", path=Path(path), fixturenames=fixtures)


def test_the_stack_comes_up_beside_what_takes_long_and_needs_no_build() -> None:
    folders = ["unit", "runtime", "fuzz", "e2e", "demo"]
    items = [
        _item(f"tests/{folder}/test_a.py", *["stack"] * (folder == "e2e")) for folder in folders
    ]
    items.append(_item("tests/e2e/test_b.py", "stack"))

    conftest.pytest_collection_modifyitems(items)

    assert [item.path.parent.name for item in items] == [
        *("e2e", "demo", "fuzz", "e2e", "runtime", "unit")
    ]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What is done to a stack that is not there, which is down at first."""
    done = list[str]()
    monkeypatch.setattr(shared, "_FILES", tmp_path)
    monkeypatch.setattr(shared, "up", lambda _: done.append("up"))
    monkeypatch.setattr(shared, "down", lambda: done.append("down"))
    monkeypatch.setattr(shared, "is_up", lambda: done[-1:] == ["up"])
    monkeypatch.setattr(Stack, "load", lambda: "the stack")
    return done


def test_the_stack_is_brought_up_once_and_stopped_by_the_last(done: list[str]) -> None:
    with ExitStack() as first:
        first.enter_context(shared.deployed(SETTINGS))
        with shared.deployed(SETTINGS):
            first.close()
            assert done == ["up"]

    assert done == ["up", "down"]


def test_a_stack_that_was_up_before_is_brought_up_to_date_and_stays(done: list[str]) -> None:
    done.append("up")

    with shared.deployed(SETTINGS), shared.deployed(SETTINGS):
        pass

    assert done == ["up", "up"]


def test_another_run_brings_it_up_to_date_again(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with shared.deployed(SETTINGS):
        monkeypatch.setattr(shared, "_RUN", "another run")
        with shared.deployed(SETTINGS):
            assert done == ["up", "up"]


@pytest.fixture
def pool(done: list[str]) -> Iterator[ThreadPoolExecutor]:
    del done  # whose files are this test's
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.mark.parametrize("alone", [False, True])
def test_who_is_to_be_alone_with_the_stack_is(pool: ThreadPoolExecutor, *, alone: bool) -> None:
    entered = Event()

    def another() -> None:
        with shared.used(alone=alone):
            entered.set()

    with shared.used(alone=not alone):
        waiting = pool.submit(another)
        assert not entered.wait(0.2)
    waiting.result(_SECONDS)
    assert entered.is_set()


def test_others_share_it_but_do_not_overtake_who_waits_to_be_alone(
    pool: ThreadPoolExecutor,
) -> None:
    entered = list[str]()

    def another(name: str, *, alone: bool) -> None:
        with shared.used(alone=alone):
            entered.append(name)

    with shared.used(alone=False):
        pool.submit(another, "beside", alone=False).result(_SECONDS)
        alone = pool.submit(another, "alone", alone=True)
        while not alone.running():
            pass
        Event().wait(0.2)
        later = pool.submit(another, "later", alone=False)
        Event().wait(0.2)
        assert entered == ["beside"]
    alone.result(_SECONDS)
    later.result(_SECONDS)
    assert entered == ["beside", "alone", "later"]
