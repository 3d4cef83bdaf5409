import json
import sys
from pathlib import Path

import pytest

from tests.performance import __main__ as main
from tests.performance.result import Result


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of results, of a machine with two quick benchmarks."""
    path = tmp_path / "bench.json"
    benchmarks = {
        name: lambda name=name: [Result(name=name, what=name, unit="ms", value=1)]
        for name in ("one", "two")
    }
    monkeypatch.setattr(main, "ROOT", tmp_path)
    monkeypatch.setattr(main, "_RESULTS", path)
    monkeypatch.setattr(main, "_BENCHMARKS", benchmarks)
    return path


def bench(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *names])
    main.main()


def test_a_run_of_all_is_written(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench(monkeypatch)

    written = json.loads(results.read_text())["results"]
    assert [result["name"] for result in written] == ["one", "two"]


def test_a_run_of_some_leaves_the_file_as_it_is(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results.write_text("a run of all")

    bench(monkeypatch, "two")

    assert results.read_text() == "a run of all"
    assert "two" in capsys.readouterr().out
