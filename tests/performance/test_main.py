import json
import sys
from pathlib import Path

import pytest

from tests.performance import __main__ as main
from tests.performance.result import Finding, Parts, Result


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of results, of a machine with quick benchmarks."""
    path = tmp_path / "bench.json"
    findings: dict[str, Finding] = {
        "one": Result(name="one", what="one", unit="ms", value=1),
        "two": Result(name="two", what="two", unit="ms", value=1),
        "parts": Parts("parts", "parts", "ms", usual={"a": 2}, value={"a": 1}),
    }
    benchmarks = {name: lambda finding=finding: [finding] for name, finding in findings.items()}
    monkeypatch.setattr(main, "ROOT", tmp_path)
    monkeypatch.setattr(main, "_RESULTS", path)
    monkeypatch.setattr(main, "_DOCS", tmp_path / "docs")
    monkeypatch.setattr(main, "_BENCHMARKS", benchmarks)
    return path


def bench(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *names])
    main.main()


def test_a_run_of_all_is_written(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench(monkeypatch)

    written = json.loads(results.read_text())
    assert [result["name"] for result in written["results"]] == ["one", "two"]
    assert [parts["name"] for parts in written["parts"]] == ["parts"]
    assert {file.name for file in (results.parent / "docs").iterdir()} == {
        "benchmarks.md",
        "benchmarks.svg",
    }


def test_a_run_of_some_leaves_the_file_as_it_is(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results.write_text("a run of all")

    bench(monkeypatch, "two")

    assert results.read_text() == "a run of all"
    assert not (results.parent / "docs").exists()
    assert "two" in capsys.readouterr().out


def test_the_page_is_made_again_without_measuring(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench(monkeypatch)
    page = results.parent / "docs" / "benchmarks.md"
    made = page.read_text()
    page.unlink()
    monkeypatch.setattr(main, "_BENCHMARKS", {})

    bench(monkeypatch, "--page")

    assert page.read_text() == made
