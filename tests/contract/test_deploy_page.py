"""docs/deploy.md says what the template and the API's document have."""

import re
from pathlib import Path

import pytest

from tests.support.openapi import operations
from tests.support.template import template

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
_ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`|-)? ?\| ", re.MULTILINE)
_SCOPE = re.compile(r"webrtc-[a-z-]+:[a-z:-]+")
_NOTHING = {"", "none"}
"""Defaults that stand for no value."""


def section(title: str) -> str:
    [found] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def defaults() -> dict[str, str]:
    """Return the parameters that the page has, with their defaults; empty for none."""
    return dict(_ROW.findall(section("Parameters")))


@pytest.mark.parametrize("name", template()["Parameters"])
def test_every_parameter_is_there_with_its_default(name: str) -> None:
    default = str(template()["Parameters"][name].get("Default", ""))

    assert defaults()[name] == ("" if default in _NOTHING else default)


def test_the_questions_that_have_an_answer_are_asked() -> None:
    asked = re.findall(r"\| Parameter (\w+) \|", section("Build and deploy"))

    assert "JwtIssuer" in asked
    assert set(asked) <= set(template()["Parameters"])


def test_the_scopes_that_the_smoke_test_needs_are_the_apis() -> None:
    known = {
        scope
        for operation in operations().values()
        for requirement in operation["security"]
        for scope in requirement["openId"]
    }

    needed = _SCOPE.findall(section("Test it"))
    assert needed
    assert set(needed) <= known
