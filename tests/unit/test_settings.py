"""Settings: what is missing or wrong is named; what contradicts another is moved, and logged."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from aws.settings import Misconfigured, choice, text, whole
from call_handling.settings import timeouts
from notifications.settings import (
    DeliverySettings,
    Settings,
    delivery_settings,
    settings,
    subscription_lifetimes,
)
from registration.settings import lifetimes
from tests.support.configured import configure, configure_notifications
from tests.support.template import template

CONFIGURED: dict[str, Any] = template()["Globals"]["Function"]["Environment"]["Variables"]


class Case(NamedTuple):
    """What is configured, what of it is used, and the parameters that were moved, and to where."""

    read: Callable[[], Any]
    configured: dict[str, int]
    used: dict[str, int]
    moved: dict[str, int]


def ring(ring: int, setup: int, used: int, **moved: int) -> Case:
    variables = {"RING_TIMEOUT_SECONDS": ring, "SETUP_TIMEOUT_SECONDS": setup}
    return Case(timeouts, variables, {"ring": used, "setup": setup}, moved)


def subscription(default: int, longest: int, used: int, **moved: int) -> Case:
    variables = {"SUBSCRIPTION_SECONDS": default, "SUBSCRIPTION_MAX_SECONDS": longest}
    return Case(subscription_lifetimes, variables, {"default": used, "longest": longest}, moved)


def registration(
    configured: tuple[int, int, int], used: tuple[int, int, int], **moved: int
) -> Case:
    """The shortest, the default and the longest."""
    names = ("REGISTRATION_MIN_SECONDS", "REGISTRATION_SECONDS", "REGISTRATION_MAX_SECONDS")
    variables = dict(zip(names, configured, strict=True))
    fields = dict(zip(("shortest", "default", "longest"), used, strict=True))
    return Case(lifetimes, variables, fields, moved)


CASES = [
    ring(119, 120, 119),
    ring(120, 120, 120),
    ring(121, 120, 120, RingTimeoutSeconds=120),
    subscription(59, 60, 59),
    subscription(60, 60, 60),
    subscription(61, 60, 60, SubscriptionSeconds=60),
    registration((60, 61, 62), (60, 61, 62)),
    registration((60, 60, 60), (60, 60, 60)),
    registration((60, 59, 62), (60, 60, 62), RegistrationSeconds=60),
    registration((60, 63, 62), (60, 62, 62), RegistrationSeconds=62),
    registration((63, 61, 62), (62, 62, 62), RegistrationMinSeconds=62, RegistrationSeconds=62),
    registration((63, 62, 62), (62, 62, 62), RegistrationMinSeconds=62),
    registration((63, 64, 62), (62, 62, 62), RegistrationMinSeconds=62, RegistrationSeconds=62),
]


@pytest.fixture(params=CASES, ids=lambda case: " ".join(map(str, case.configured.values())))
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """A case, in an environment in which nothing else is contradictory."""
    case: Case = request.param
    for name in ("RING_TIMEOUT", "SETUP_TIMEOUT", "ANSWERED_TIMEOUT", "ENDED_RETENTION"):
        monkeypatch.setenv(f"{name}_SECONDS", "1000")
    configure_notifications(monkeypatch)
    configure(monkeypatch, **{name: str(value) for name, value in case.configured.items()})
    case.read.cache_clear()  # type: ignore[attr-defined]
    yield case
    case.read.cache_clear()  # type: ignore[attr-defined]


def test_the_maximum_wins_and_the_log_says_so_once(case: Case, logged: io.StringIO) -> None:
    read = [case.read() for _ in range(2)]

    for values in read:
        assert {name: getattr(values, name) for name in case.used} == case.used
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert {line["parameter"]: line["usedSeconds"] for line in lines} == case.moved
    assert len(lines) == len(case.moved)
    assert {line["level"] for line in lines} <= {"WARNING"}


def test_it_says_so_in_the_words_of_the_template(case: Case, logged: io.StringIO) -> None:
    case.read()

    parameters = {CONFIGURED[variable]["Ref"] for variable in case.configured}
    for line in map(json.loads, logged.getvalue().splitlines()):
        assert {line["parameter"], *line["bounds"]} <= parameters


ALL = {field.upper() for field in Settings.model_fields}


def test_what_notifications_are_configured_with(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_notifications(monkeypatch, LOOPBACK_SINKS="true", EVENT_SOURCE="https://a.example")

    read = delivery_settings()

    assert (read.loopback_sinks, read.subscription_seconds, read.event_bus) == (True, 60, "test")
    assert read.event_source == "https://a.example"


def test_all_functions_have_what_notifications_read() -> None:
    assert CONFIGURED.keys() >= ALL
    for function in ("DeliverNotification", "ProbeSink"):
        own = template()["Resources"][function]["Properties"]["Environment"]["Variables"]
        assert own.keys() | ALL == {field.upper() for field in DeliverySettings.model_fields}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *((name, "") for name in sorted(ALL)),
        ("LOOPBACK_SINKS", "perhaps"),
        ("SUBSCRIPTION_SECONDS", "0"),
        ("SUBSCRIPTION_SECONDS", "1.5"),
        ("SUBSCRIPTION_MAX_SECONDS", "a day"),
    ],
)
def test_the_log_names_the_variable_that_makes_no_sense(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO, variable: str, value: str
) -> None:
    configure_notifications(monkeypatch, **{variable: value})

    with pytest.raises(Misconfigured, match=rf"^{variable}$"):
        settings()
    [line] = map(json.loads, logged.getvalue().splitlines())
    assert (line["level"], line["message"], line["variables"]) == (
        "ERROR",
        "Configuration",
        [variable],
    )


def test_the_log_names_all_variables_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    configure_notifications(monkeypatch)
    for name in ALL:
        monkeypatch.delenv(name)

    with pytest.raises(Misconfigured):
        delivery_settings()
    assert set(json.loads(logged.getvalue())["variables"]) == ALL | {"EVENT_SOURCE"}


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "\u0661", "ten"])
def test_a_number_is_digits(
    monkeypatch: pytest.MonkeyPatch, logged: io.StringIO, value: str | None
) -> None:
    monkeypatch.delenv("HOW_MANY", raising=False)
    if value is not None:
        monkeypatch.setenv("HOW_MANY", value)

    with pytest.raises(Misconfigured, match=r"^HOW_MANY$"):
        whole("HOW_MANY")
    assert json.loads(logged.getvalue())["variables"] == ["HOW_MANY"]


def test_a_text_is_not_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHICH", "")
    with pytest.raises(Misconfigured, match=r"^WHICH$"):
        text("WHICH")

    monkeypatch.setenv("WHICH", "this one")
    assert text("WHICH") == "this one"


def test_a_choice_is_one_of_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHICH", "two")
    assert choice("WHICH", {"one": 1, "two": 2}) == 2

    with pytest.raises(Misconfigured, match=r"^WHICH$"):
        choice("WHICH", {"one": 1})
