"""docs/operate.md has an entry for each alarm: what it means, what to look at, what to do."""

import re
from itertools import chain
from pathlib import Path

from tests.support.alarms import alarms
from tests.support.template import template

RUNBOOK = (Path(__file__).parents[2] / "docs" / "operate.md").read_text()
HEADER = "| alarm | what it means | what to look at | what to do |"
CELLS = 4
ALARMS = {name.removesuffix("Alarm") for name in alarms()}


def _entries() -> list[list[str]]:
    """Return the rows of all tables of alarms, each by its cells."""
    tables = RUNBOOK.split(HEADER)[1:]
    rows = chain.from_iterable(
        re.findall(r"^\| (.*) \|$", table.split("\n\n")[0], re.MULTILINE) for table in tables
    )
    return [row.split(" | ") for row in rows]


def test_each_alarm_has_one_entry() -> None:
    named = [name for cells in _entries() for name in re.findall(r"`(\w+)`", cells[0])]

    assert sorted(named) == sorted(ALARMS)


def test_no_entry_leaves_anything_out() -> None:
    assert [
        cells for cells in _entries() if len(cells) != CELLS or not all(map(str.strip, cells))
    ] == []


def test_what_it_links_to_is_there() -> None:
    headings = re.findall(r"^#+ (.*)$", RUNBOOK, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]*)\)", RUNBOOK)) <= anchors


def test_what_it_names_is_in_the_template() -> None:
    """Alarms, parameters and resources that are spelled as such, not metrics."""
    known = ALARMS | template()["Parameters"].keys() | template()["Resources"].keys()
    spelled = re.findall(
        r"`(\w+(?:Throttles|Errors|Late|Concurrency|Preference|Seconds))`", RUNBOOK
    )

    assert set(spelled) <= known


def test_it_says_which_go_off_for_want_of_data() -> None:
    """So they do in a new stack: CloudWatch, "Configuring how alarms treat missing data"."""
    [said] = re.findall(r"^(.*) also go off when no sweep says anything", RUNBOOK, re.MULTILINE)

    assert {*re.findall(r"`(\w+)`", said)} == {
        name.removesuffix("Alarm")
        for name, settings in alarms().items()
        if settings["TreatMissingData"] == "breaching"
    }
