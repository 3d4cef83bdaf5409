"""What the audit makes of what its tools write."""

import json
from typing import Any

import pytest

from infra.audit import __main__ as audit
from infra.audit import leaks, vulnerabilities
from infra.audit.vulnerabilities import Report
from infra.tool import ToolError

GOOD = {"name": "good", "version": "1.0", "vulns": []}
BAD = {
    "name": "bad",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-2026-1", "fix_versions": ["2.1", "3.0"]},
        {"id": "PYSEC-2026-2", "fix_versions": []},
    ],
}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found"}

UNREACHABLE = """Traceback (most recent call last):
  File "adapters.py", line 729, in send
urllib3.exceptions.NameResolutionError: Failed to resolve
requests.exceptions.ConnectionError: Max retries exceeded
"""
TIMED_OUT = """ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed
ERROR:pip_audit._cli:Tip: your network may be blocking this service.
"""


def _report(*packages: dict[str, Any]) -> Report:
    return vulnerabilities.report(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_good_packages_are_counted() -> None:
    assert _report(GOOD, GOOD) == Report(checked=2, findings=[], unchecked=None)


def test_every_vulnerability_is_a_finding() -> None:
    assert _report(GOOD, BAD).findings == [
        "bad 2.0: PYSEC-2026-1, mended in 2.1, 3.0",
        "bad 2.0: PYSEC-2026-2, mended in no version yet",
    ]


def test_what_the_service_does_not_know_is_not_checked() -> None:
    assert _report(GOOD, SKIPPED) == Report(
        checked=1, findings=[], unchecked="1 packages, as in: Dependency not found"
    )


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        (UNREACHABLE, "requests.exceptions.ConnectionError: Max retries exceeded"),
        (TIMED_OUT, "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed"),
    ],
)
def test_nothing_is_checked_without_the_service(errors: str, reason: str) -> None:
    assert vulnerabilities.report("", errors) == Report(checked=0, findings=[], unchecked=reason)


def test_a_broken_tool_is_no_outage() -> None:
    with pytest.raises(ToolError, match="invalid requirements input"):
        vulnerabilities.report("", "ERROR:pip_audit._cli:invalid requirements input: nowhere")


def test_a_secret_is_named_by_its_place() -> None:
    found = {"results": {"a.py": [{"line_number": 3, "type": "AWS Access Key"}]}}

    assert leaks.findings(json.dumps(found), "") == ["a.py:3: AWS Access Key"]


def test_a_broken_scanner_is_no_success() -> None:
    with pytest.raises(ToolError, match="usage"):
        leaks.findings("", "usage: detect-secrets-hook")


@pytest.mark.parametrize(
    ("packages", "secrets", "strict", "status"),
    [
        ([GOOD], [], "", 0),
        ([GOOD], [], "1", 0),
        ([GOOD, SKIPPED], [], "", 0),
        ([GOOD, SKIPPED], [], "1", 1),
        ([BAD], [], "", 1),
        ([GOOD], ["a.py:3: AWS Access Key"], "", 1),
    ],
)
def test_the_exit_status(
    monkeypatch: pytest.MonkeyPatch,
    packages: list[dict[str, Any]],
    secrets: list[str],
    strict: str,
    status: int,
) -> None:
    monkeypatch.setattr(vulnerabilities, "look", lambda: _report(*packages))
    monkeypatch.setattr(leaks, "look", lambda: secrets)
    monkeypatch.setenv("STRICT", strict)

    assert audit.main() == status
