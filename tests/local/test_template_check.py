"""What the check of the template makes of what its tools write."""

import json
from subprocess import CompletedProcess
from typing import Any

import pytest

from infra import tool
from infra.template_check import __main__ as template_check
from infra.template_check import mistakes, policies
from infra.tool import ToolError

type Found = list[tuple[str, str]]

MISTAKE = "template.yaml:7:3:7:9:W2001:Parameter Unused not used."


@pytest.fixture(autouse=True)
def _two_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = {"CKV_AWS_1": "there is no need", "CKV_AWS_2": "it would not help"}
    monkeypatch.setattr(policies, "ACCEPTED", accepted)


def _report(found: Found, unreadable: int = 0) -> str:
    failed = [
        {"check_id": check_id, "resource": resource, "check_name": "Ensure it"}
        for check_id, resource in found
    ]
    return json.dumps(
        {"results": {"failed_checks": failed}, "summary": {"parsing_errors": unreadable}}
    )


def _finished(output: str, status: int) -> Any:
    return CompletedProcess([], status, output, "it broke")


@pytest.mark.parametrize(
    ("found", "findings"),
    [
        ([("CKV_AWS_1", "A"), ("CKV_AWS_1", "B"), ("CKV_AWS_2", "A")], []),
        (
            [("CKV_AWS_1", "A"), ("CKV_AWS_2", "A"), ("CKV_AWS_3", "B"), ("CKV_AWS_3", "C")],
            ["B: CKV_AWS_3 Ensure it", "C: CKV_AWS_3 Ensure it"],
        ),
        ([("CKV_AWS_1", "A")], ["CKV_AWS_2 is accepted, but nothing has it any more"]),
    ],
    ids=["accepted", "not accepted", "accepted without need"],
)
def test_what_is_found_is_what_is_accepted(found: Found, findings: list[str]) -> None:
    assert policies.findings(_report(found), "") == findings


@pytest.mark.parametrize(
    "output",
    [
        "",
        "Traceback",
        '{"passed": 0, "failed": 0}',
        "[]",
        _report([("CKV_AWS_1", "A"), ("CKV_AWS_2", "A")], unreadable=1),
    ],
    ids=["no output", "no report", "nothing looked at", "no results", "unreadable"],
)
def test_a_template_that_was_not_looked_at_is_none_without_findings(output: str) -> None:
    with pytest.raises(ToolError):
        policies.findings(output, "")


@pytest.mark.parametrize(("output", "found"), [("", []), (f"{MISTAKE}\n", [MISTAKE])])
def test_each_mistake_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, output: str, found: list[str]
) -> None:
    monkeypatch.setattr(tool, "run", lambda *_: _finished(output, 4 if output else 0))

    assert mistakes.look("template.yaml") == found


def test_a_cfn_lint_that_fails_is_none_without_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "run", lambda *_: _finished("", 32))

    with pytest.raises(ToolError, match="it broke"):
        mistakes.look("template.yaml")


@pytest.mark.parametrize(
    ("wrong", "insecure", "status"), [([], [], 0), ([MISTAKE], [], 1), ([], ["A: CKV_AWS_3"], 1)]
)
def test_the_check_fails_with_any_finding(
    monkeypatch: pytest.MonkeyPatch, wrong: list[str], insecure: list[str], status: int
) -> None:
    monkeypatch.setattr(tool, "run", lambda *_: _finished("", 0))
    monkeypatch.setattr(mistakes, "look", lambda *_: wrong)
    monkeypatch.setattr(policies, "look", lambda _: insecure)

    assert template_check.main() == status


def test_the_check_fails_when_the_template_cannot_be_translated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tool, "run", lambda *_: _finished("", 1))

    assert template_check.main() == 1
