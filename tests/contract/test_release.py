"""What a release is made of: notes, the workflow that makes it, and pins that a bot renews."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.release import ReleaseError, release_notes
from tests.support.openapi import document

ROOT = Path(__file__).parents[2]
WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}
PINS = [path for folder in ("functions", "requirements") for path in (ROOT / folder).glob("*.txt")]
CHANGELOG = """\
# Changelog

## Unreleased

### Added

- Tomorrow.

## 1.2.0 - 2026-12-01

### Fixed

- What was broken.

## 1.1.0 - 2026-11-30

- Earlier.
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


def test_the_notes_are_the_versions_section(repository: Path) -> None:
    assert release_notes("v1.2.0", repository) == "### Fixed\n\n- What was broken."


@pytest.mark.parametrize("tag", ["1.2.0", "v1.1.0", "v1.2", "v1.2.0-rc1", ""])
def test_a_tag_that_is_not_the_version_is_refused(repository: Path, tag: str) -> None:
    with pytest.raises(ReleaseError, match=re.escape("in pyproject.toml is 1.2.0")):
        release_notes(tag, repository)


@pytest.mark.parametrize("heading", ["1.2.01", "1x2.0", "11.2.0", "1.2.0\n\n## 1.1.9"])
def test_a_version_without_a_section_is_refused(repository: Path, heading: str) -> None:
    changelog = repository / "CHANGELOG.md"
    changelog.write_text(CHANGELOG.replace("1.2.0 - 2026-12-01", heading))

    with pytest.raises(ReleaseError, match="no section"):
        release_notes("v1.2.0", repository)


def test_the_document_has_the_projects_version() -> None:
    version = document()["info"]["version"]

    assert f'\nversion = "{version}"\n' in (ROOT / "pyproject.toml").read_text()


def test_only_the_job_that_publishes_may_write_and_it_runs_nothing_of_ours() -> None:
    jobs = WORKFLOWS["release"]["jobs"]
    may_write = {name for name, job in jobs.items() if "write" in job["permissions"].values()}

    assert WORKFLOWS["release"]["permissions"] == {}
    assert may_write == {"publish"}
    assert jobs["publish"]["permissions"] == {"contents": "write"}
    assert _uses(jobs["publish"]) == {"actions/download-artifact@v4"}
    assert "check" in jobs["publish"]["needs"]


def test_what_is_released_is_checked_as_every_commit_is() -> None:
    [ci] = (job for name, job in WORKFLOWS["ci"]["jobs"].items() if name == "test")
    commands = _runs(WORKFLOWS["release"]["jobs"]["check"])

    assert [command for command in _runs(ci) if command not in commands] == []


def test_workflows_use_the_same_version_of_an_action() -> None:
    used = {
        action
        for workflow in WORKFLOWS.values()
        for job in workflow["jobs"].values()
        for action in _uses(job)
    }

    assert len({action.partition("@")[0] for action in used}) == len(used)


def test_the_bot_finds_all_pins_and_how_they_are_made() -> None:
    """Dependabot, ecosystem uv: a .in beside it, and the options in the header of the .txt."""
    bot = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())
    [python] = (each for each in bot["updates"] if each["package-ecosystem"] == "uv")

    assert {f"/{path.parent.name}" for path in PINS} == set(python["directories"])
    for path in PINS:
        assert path.with_suffix(".in").exists()
        assert path.read_text().splitlines()[1].split() == [
            *("#", "uv", "pip", "compile", "--universal", "--python-version", "3.13"),
            *("--generate-hashes", f"{path.stem}.in", "--output-file", path.name),
        ]


def test_the_tests_run_on_what_the_functions_run_on() -> None:
    development = _pins(ROOT / "requirements" / "dev.txt")
    functions = _pins(ROOT / "functions" / "requirements.txt")

    assert functions
    assert functions.items() <= development.items()


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text(), re.MULTILINE))


def _uses(job: dict[str, Any]) -> set[str]:
    return {step["uses"] for step in job["steps"] if "uses" in step}


def _runs(job: dict[str, Any]) -> list[str]:
    """What some events alone run, as the weekly `make fuzz`, is left out."""
    return [step["run"] for step in job["steps"] if "run" in step and "if" not in step]
