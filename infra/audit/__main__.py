"""`make audit`: known vulnerabilities of the pinned requirements, and secrets in the files."""

import os
import sys

from infra.audit import leaks, vulnerabilities
from infra.tool import ToolError


def main() -> int:
    """Look for both; return the exit status.

    With STRICT=1 in the environment, requirements that cannot be checked are a failure too.
    """
    strict = os.environ.get("STRICT") == "1"
    try:
        passed = [_no_vulnerabilities(strict=strict), _no_leaks()]
    except ToolError as error:
        print(f"\nThe audit broke off.\n{error}", file=sys.stderr)
        return 1
    return 0 if all(passed) else 1


def _no_vulnerabilities(*, strict: bool) -> bool:
    print("==> looking for known vulnerabilities of the pinned requirements", flush=True)
    report = vulnerabilities.look()
    for finding in report.findings:
        print(f"    {finding}")
    if report.checked and not report.findings:
        print(f"    none in {report.checked} packages")
    if report.unchecked:
        print(f"    not checked: {report.unchecked}")
    return not report.findings and not (strict and report.unchecked)


def _no_leaks() -> bool:
    print("==> looking for secrets", flush=True)
    findings = leaks.look()
    for line in findings or ["none"]:
        print(f"    {line}")
    return not findings


if __name__ == "__main__":
    sys.exit(main())
