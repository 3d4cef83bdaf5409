"""Tools that look at this repository, in environments of their own below ``.local/tools``."""

import os
import subprocess

from infra.local.settings import ROOT, TOOLS


class ToolError(Exception):
    """A tool itself failed; the message says how."""


def run(
    environment: str, name: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a tool at the root of the repository, whatever its exit status.

    ``variables`` are added to those of this process.
    """
    return subprocess.run(
        [TOOLS / environment / "bin" / name, *arguments],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
