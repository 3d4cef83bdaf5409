"""What every test may ask for, and what no test's log may tell."""

import io
import uuid
from collections import Counter
from collections.abc import Generator, Iterator
from functools import cache

import pytest

from aws import log
from infra.local.settings import Settings
from infra.local.stack_file import Stack
from tests.support import conformance
from tests.support.privacy import personal_in
from tests.support.stack import shared


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes docs/conformance.md."""
    parser.addoption("--conformance", action="store_true", help="write docs/conformance.md")


def pytest_configure(config: pytest.Config) -> None:
    """Collect answers for the page, if it is to be written."""
    if config.getoption("--conformance"):
        config.pluginmanager.register(conformance.Recorder())


@pytest.fixture(autouse=True)
def _logs_to_its_own_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """A logger keeps the stream it was made with, and pytest makes new ones."""
    monkeypatch.setattr(log, "logger", cache(lambda: log.new_logger(f"test-{uuid.uuid4()}")))


@pytest.fixture(autouse=True)
def _settings_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what every function is told, as is the template's default."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tested")
    monkeypatch.setenv("UNKNOWN_PROPERTIES", "ignore")
    monkeypatch.setenv("SUBSCRIBER_CLAIM", "phone_number")


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
    if not _needs_stack(item):
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; refuse tests with the same id: side by side, they count as one."""
    counted = Counter(item.nodeid for item in items)
    if twice := [nodeid for nodeid, count in counted.items() if count > 1]:
        message = f"several tests with the same id: {', '.join(twice)}"
        raise pytest.UsageError(message)
    first = next((item.path for item in items if _needs_stack(item)), None)
    items.sort(key=lambda item: -1 if item.path == first else _turn(item))


def _turn(item: pytest.Item) -> int:
    """Return when a test is to run: while the stack comes up, what takes long and needs no build.

    For the stack is built anew, and those in ``runtime`` run what is built.
    """
    return {"demo": 0, "fuzz": 1, "e2e": 2, "runtime": 3}.get(item.path.parent.name, 4)


def _needs_stack(item: pytest.Item) -> bool:
    return "stack" in getattr(item, "fixturenames", ())
