"""Secrets in the files that are in the repository, or would be with the next `git add`."""

import json
import subprocess

from infra import tool
from infra.local.settings import ROOT

# What looks like a secret and is none, as regular expressions.
_MADE_UP = [
    r"^test$",  # the secret key that emulators take
    r"^a1b2c3d4e5$",  # the gateway's id in events/
    r"^5f3c0d9e8b7a41c2a6d4e1f0938275bc64d1e2f3$",  # the session's id in examples
    r"^0AEE1B58BAEEDA3EABA42B32EBB3DFE0DEAD3F90$",  # the session's id in tests
    r"^(7acf13ec2f50075f594a2fead4913b04|fc6dfd2795d571cd634b17c4d3b028b2)$",  # hashes in events/
    r"^e0b45eca69ef3499afb1df4ce957d5a2$",  # another one
    r"^(47dda4e0bcc48ffb9643a6d2139b1805|5977be8ed2b1b3e4764ad500426b8687)[0-9a-f]{8}$",  # ids
    r"^0123456789abcdef0123456789abcdef01234567$",  # in tests
    r"^(secret|password)$",  # in the URLs that no sink may have
    r"^other$",  # no client's key
    r"^eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.",  # events/: signed with HMAC, so accepted nowhere
    r"^eyJhbGciOiJIUzI1NiJ9\.",  # in tests: the same
]


def look() -> list[str]:
    """Name every line that seems to hold a secret. Raises ToolError."""
    finished = tool.run(
        "audit",
        "detect-secrets-hook",
        "--json",
        "--no-verify",  # else a finding would be tried out on the service it may belong to
        *(f"--exclude-secrets={value}" for value in _MADE_UP),
        *_files(),
    )
    return findings(finished.stdout, finished.stderr) if finished.returncode else []


def findings(output: str, errors: str) -> list[str]:
    """Understand what detect-secrets wrote when not content. Raises ToolError if it broke."""
    if not output:
        raise tool.ToolError(errors)
    return [
        f"{name}:{finding['line_number']}: {finding['type']}"
        for name, found in json.loads(output)["results"].items()
        for finding in found
    ]


def _files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        raise tool.ToolError(listed.stderr)
    # Git also lists what was deleted since the last commit.
    return [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
