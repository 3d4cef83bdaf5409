"""The Makefile for whoever has the make of macOS, which is GNU make 3.81 of 2006."""

import re

import pytest

from infra.local.settings import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.mark.parametrize(
    "newer",
    [
        r"^\.SHELLFLAGS",
        r"^\.ONESHELL",
        r"^\w+\s*!=",
        r"^\w+\s*::?:=",
        r"&:",
        r"\$\((file|let|intcmp) ",
        r"^(un)?define ",
    ],
)
def test_nothing_newer_than_make_3_81_is_used(newer: str) -> None:
    assert not re.findall(newer, MAKEFILE, re.MULTILINE)


def test_a_recipe_stops_at_the_first_command_that_fails() -> None:
    """No shell option does it there: commands are joined by ``&&``, or a loop leaves."""
    joined = re.sub(r"\\\n\s*", "", MAKEFILE)
    lines = [line for line in joined.splitlines() if line.startswith("\t") and ";" in line]
    loose = [line for line in lines if not re.search(r"\b(if|while|for) ", line)]

    assert loose == []
