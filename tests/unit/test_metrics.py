"""Metrics as lines of the log: one each, or as many in one as its names allow."""

import io
import json

import pytest

from aws import metrics
from tests.support.emf import Metric, metrics_in


@pytest.fixture(autouse=True)
def _service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "stack")


def a_metric(name: str, value: float, unit: str = "Count", **dimensions: str) -> Metric:
    labels = tuple(sorted((dimensions | {"service": "stack"}).items()))
    return Metric("WebRTCCallHandling", name, labels, unit, value)


def test_a_metric_is_a_line_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.count("Called", code="A")
    metrics.seconds("Lag", 3)

    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2
    assert metrics_in(out) == [a_metric("Called", 1, code="A"), a_metric("Lag", 3, "Seconds")]


def test_those_of_an_invocation_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with metrics.in_one_line():
        metrics.count("Failed", 0)
        metrics.count("Called", code="A")
        metrics.seconds("Lag", 3)
        assert capsys.readouterr().out == ""

    out = capsys.readouterr().out
    [line] = map(json.loads, out.splitlines())
    assert line.keys() == {"_aws", "service", "code", "Failed", "Called", "Lag"}
    assert len(line["_aws"]["CloudWatchMetrics"]) == 2
    assert sorted(metrics_in(out)) == sorted(
        [a_metric("Failed", 0), a_metric("Called", 1, code="A"), a_metric("Lag", 3, "Seconds")]
    )


@pytest.mark.parametrize("second", ["A", "B"])
def test_none_is_lost_that_comes_twice(capsys: pytest.CaptureFixture[str], second: str) -> None:
    with metrics.in_one_line():
        metrics.count("Called", code="A")
        metrics.count("Called", code=second)
        metrics.count("Other", code=second)

    counted = metrics_in(capsys.readouterr().out)
    assert counted == [
        a_metric("Called", 1, code="A"),
        a_metric("Called", 1, code=second),
        a_metric("Other", 1, code=second),
    ]


def test_dimensions_that_differ_are_in_different_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with metrics.in_one_line():
        metrics.count("Called", code="A")
        metrics.count("Other", code="B")

    counted = metrics_in(capsys.readouterr().out)
    assert counted == [a_metric("Called", 1, code="A"), a_metric("Other", 1, code="B")]


def test_a_metric_is_never_taken_for_a_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    with metrics.in_one_line():
        metrics.count("Called", code="A")
        metrics.count("Called", Called="B")
        metrics.count("code", 2)

    assert metrics_in(capsys.readouterr().out)[-1] == a_metric("code", 2)


def test_what_was_put_before_a_failure_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    @metrics.in_one_line()
    def fail() -> None:
        metrics.count("Called")
        raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert metrics_in(capsys.readouterr().out) == [a_metric("Called", 1)]


def test_afterwards_a_metric_is_a_line_at_once_again(capsys: pytest.CaptureFixture[str]) -> None:
    with metrics.in_one_line():
        pass
    metrics.count("Called")

    assert metrics_in(capsys.readouterr().out) == [a_metric("Called", 1)]


def test_no_metric_is_of_no_service_and_none_makes_fail_what_it_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], logged: io.StringIO
) -> None:
    monkeypatch.delenv("POWERTOOLS_SERVICE_NAME")

    metrics.count("Counted")

    assert metrics_in(capsys.readouterr().out) == []
    assert json.loads(logged.getvalue())["variables"] == ["POWERTOOLS_SERVICE_NAME"]
