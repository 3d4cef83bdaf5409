"""The page of benchmarks, and the picture, from a run made up for them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.performance import bench_file
from tests.performance.bench_file import Bench
from tests.performance.drawing import words
from tests.performance.figures import figure
from tests.performance.page.document import page
from tests.performance.page.picture import picture
from tests.performance.report import table
from tests.performance.result import Budget, Curve, Parts, Result

MACHINE = {
    "date": "2026-11-23T12:34:56+00:00",
    "cpu": "A <fast> one",
    "cores": 2,
    "system": "Linux x86_64",
    "python": "3.13.0",
    "packages": {"boto3": "1.2.3"},
}
KEPT = Result(
    name="kept", what="time | per_call", unit="ms", floor=100, value=110, ratio=1.1,
    budget=Budget(1.15, "ratio"), samples={"value": [109, 110, 111]}, notes=[],
)  # fmt: skip
MISSED = Result(
    name="missed", what="size", unit="MB", value=8.9, budget=Budget(3), notes=["<b>large</b> & odd"]
)
GAINED = Result(
    name="gained", what="rate", unit="calls", usual=100, value=900, budget=Budget(10, "gain"),
    notes=[],
)  # fmt: skip
GROWING = Curve(
    name="growing", what="Cost of <that>", x="sessions", unit="units", logarithmic=True,
    usual=[(1_000, 91), (10_000, 909.5), (100_000, 9_094.5)],
    value=[(1_000, 4), (10_000, 4), (100_000, 4)],
)  # fmt: skip
MADE_OF = Parts(
    name="parts", what="Start", unit="ms", notes=[],
    usual={"boto3": 100, "pydantic": 40}, value={"boto3": 99},
)  # fmt: skip
RUN = Bench(
    MACHINE, [KEPT, MISSED, GAINED], [GROWING, replace(GROWING, logarithmic=False)], [MADE_OF]
)


def row(markdown: str, what: str) -> list[str]:
    (found,) = (line for line in markdown.splitlines() if line.startswith(f"| {what}"))
    return [cell.strip() for cell in found.strip("|").split(" | ")]


def test_the_page_is_the_files_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    bench_file.write(file, RUN)

    assert page(bench_file.read(file)) == page(bench_file.read(file)) == page(RUN)


def test_a_run_survives_the_file_and_says_which_budgets_are_met(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    bench_file.write(file, RUN)
    again = bench_file.read(file)
    bench_file.write(tmp_path / "again.json", again)

    assert again.results == RUN.results
    assert again.parts == RUN.parts
    assert (tmp_path / "again.json").read_text() == file.read_text()
    assert '"met": false' in file.read_text()


def test_a_budget_that_is_met_is_shown_beside_its_floor() -> None:
    markdown = page(RUN)

    what, *figures = row(markdown, "time")
    assert what == r"time \| per\_call"
    assert figures == ["ms", "100", "-", "**110**", "1.10", "&le; 1.15 x floor", "met"]


def test_a_budget_that_is_missed_is_shown_as_such() -> None:
    markdown = page(RUN)

    assert row(markdown, "size")[-2:] == ["&le; 3", "**over by 5.90 MB (197%)**"]
    assert "1 of 3 budgets are met; not: size; rate." in markdown


def test_a_ratio_over_its_budget_is_over_by_a_ratio() -> None:
    over = replace(KEPT, ratio=1.38)

    assert row(page(Bench(MACHINE, [over])), "time")[-1] == "**over by 0.23 (20%)**"


@pytest.mark.parametrize(
    ("value", "judgement"), [(1_000, "met"), (900, "**short by 1 (10%)**"), (2_000, "met")]
)
def test_a_gain_is_how_many_times_the_usual_way_s_figure_ours_is(
    value: float, judgement: str
) -> None:
    rate = replace(GAINED, value=value)

    assert row(page(Bench(MACHINE, [rate])), "rate")[-2:] == [
        "&ge; 10 x usual way",
        judgement,
    ]


def test_a_gain_over_nothing_is_no_gain() -> None:
    with pytest.raises(ValueError, match="gained: nothing to hold"):
        page(Bench(MACHINE, [replace(GAINED, usual=None)]))


def test_all_budgets_met_is_all_there_is_to_say() -> None:
    assert "\n1 of 1 budgets are met.\n" in page(Bench(MACHINE, [KEPT]))


def test_a_result_without_a_budget_is_not_judged() -> None:
    read_only = replace(KEPT, what="  and more", budget=None)

    assert row(page(Bench(MACHINE, [read_only])), "&emsp;and")[-2:] == ["-", ""]


def test_the_notes_of_a_line_stand_together_and_name_the_line_above() -> None:
    below = replace(MISSED, what="  of it libraries", notes=["one", "two"])

    markdown = page(Bench(MACHINE, [MISSED, below]))

    assert "\n- size, of it libraries: one; two\n" in markdown


def test_text_stays_text() -> None:
    written = page(RUN)

    assert "&lt;b&gt;large&lt;/b&gt; &amp; odd" in written
    assert "A &lt;fast&gt; one" in written
    assert "<b>" not in written


def test_the_date_is_said_once_and_no_time_of_day() -> None:
    markdown = page(RUN)

    assert markdown.count("2026-11-23") == 1
    assert "12:34" not in markdown


def test_the_figures_of_the_picture_stand_below_it() -> None:
    markdown = page(Bench(MACHINE, [KEPT], [GROWING], [MADE_OF]))

    assert "| usual way | 91 | 910 | 9,094 |\n| ours | 4 | 4 | 4 |" in markdown
    assert "| usual way | 100 | 40 |\n| ours | 99 | - |" in markdown


def test_the_picture_labels_axes_and_lines_directly() -> None:
    drawn = picture(RUN)
    said = words(drawn)

    assert {"sessions", "units", "1,000", "100,000", "usual way: 9,094", "ours: 4"} <= set(said)
    assert {"boto3", "pydantic", "Start, ms", "usual way: 140", "ours: 99"} <= set(said)
    assert "Cost of <that>" in said
    assert picture(RUN) == drawn


@pytest.mark.parametrize(
    ("value", "written"),
    [(1, "1"), (0.0, "0"), (8.9, "8.90"), (12.34, "12.3"), (360.8, "361"), (9_094.0, "9,094")],
)
def test_a_figure_has_the_digits_that_say_something(value: float, written: str) -> None:
    assert figure(value) == written


def test_the_terminal_says_the_same_of_a_gain() -> None:
    *_, written = table([GAINED]).rstrip().splitlines()

    assert written.endswith(">= 10 x usual  short by 1 (10%)")
