"""The tools that audit, in an environment of their own."""

import subprocess

from infra.local.settings import ROOT, TOOLS


class AuditError(Exception):
    """The audit itself failed; the message says how."""


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool at the root of the repository, whatever its exit status."""
    return subprocess.run(
        [TOOLS / "audit" / "bin" / name, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
