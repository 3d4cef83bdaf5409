"""What every test may ask for, and what no test's log may tell."""

import io
import uuid
from collections.abc import Generator, Iterator
from functools import cache
from typing import Any

import pytest

from aws import log
from infra.local.settings import Settings
from infra.local.stack_file import Stack
from tests.support import side_by_side
from tests.support.privacy import personal_in
from tests.support.stack import shared


@pytest.fixture(autouse=True)
def _logs_to_its_own_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger keeps the stream it was made with, and pytest makes new ones."""
    monkeypatch.setattr(log, "logger", cache(lambda: log.new_logger(f"test-{uuid.uuid4()}")))


@pytest.fixture(autouse=True)
def _unknown_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have undeclared properties ignored, as is the template's default."""
    monkeypatch.setenv("UNKNOWN_PROPERTIES", "ignore")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Collect what the functions log."""
    stream = io.StringIO()
    logger = log.new_logger(f"test-{uuid.uuid4()}", stream)
    monkeypatch.setattr(log, "logger", lambda: logger)
    return stream


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The embedded stack with the code as it is; taken down at the end unless it was up before."""
    with shared.deployed(Settings.from_environment()) as deployed:
        yield deployed


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool, bool]:
    """Let tests use the embedded stack side by side, and those marked ``alone`` by themselves."""
    if "stack" not in getattr(item, "fixturenames", ()):
        return (yield)
    with shared.used(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail every test during which something personal was logged."""
    report = yield
    told = personal_in(report.capstdout + report.caplog)
    if told and report.when == "call" and report.passed:
        report.outcome = "failed"
        report.longrepr = "personal data in the log:\n" + "\n".join(told)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> side_by_side.Scheduler:
    """Say which tests share a process."""
    return side_by_side.Scheduler(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse what could not run side by side, also when it is not to."""
    side_by_side.check(items)
