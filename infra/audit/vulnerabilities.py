"""Known vulnerabilities of the pinned requirements; pip-audit asks the package index for them."""

import json
import re
from dataclasses import dataclass

from infra import tool

_PINS = ["functions/requirements.txt", "requirements/dev.txt"]
# How pip-audit tells of a service that it cannot reach, or that fails: by a message of its own,
# or by falling over what its HTTP client raised.
_NO_SERVICE = re.compile(
    r"^(?:requests\.exceptions\.\w+:|pip_audit\.\S+\.ServiceError:"
    r"|ERROR:\S+:Could not connect|ERROR:\S+:PyPI is not redirecting).*",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Report:
    """What is known of the pinned requirements."""

    checked: int
    """How many packages the service was asked about, and knows."""
    findings: list[str]
    unchecked: str | None
    """Why some or all packages could not be checked."""


def look() -> Report:
    """Ask about every pinned requirement. Raises ToolError."""
    finished = tool.run(
        "audit",
        "pip-audit",
        "--disable-pip",  # everything is pinned: there is nothing to resolve
        "--require-hashes",
        "--format=json",
        "--progress-spinner=off",
        *(f"--requirement={pins}" for pins in _PINS),
    )
    return report(finished.stdout, finished.stderr)


def report(output: str, errors: str) -> Report:
    """Understand what pip-audit wrote. Raises ToolError if that is neither answer nor outage."""
    if not output:
        if no_service := _NO_SERVICE.search(errors):
            return Report(checked=0, findings=[], unchecked=no_service[0])
        raise tool.ToolError(errors)
    packages = json.loads(output)["dependencies"]
    skipped = [package["skip_reason"] for package in packages if "skip_reason" in package]
    return Report(
        checked=len(packages) - len(skipped),
        findings=[
            f"{package['name']} {package['version']}: {vulnerability['id']}, "
            f"mended in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
            for package in packages
            for vulnerability in package.get("vulns", [])
        ],
        unchecked=f"{len(skipped)} packages, as in: {skipped[0]}" if skipped else None,
    )
