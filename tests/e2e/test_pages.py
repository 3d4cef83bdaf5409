"""The commands of the pages, run as they stand there."""

import os
import re
import subprocess
from collections.abc import Callable
from shutil import which

import pytest

from infra.local.settings import ROOT
from infra.local.stack_file import Stack
from tests.support.stack.subscriber import Subscriber

_NEEDED = ("bash", "curl", "jq")

pytestmark = pytest.mark.skipif(not all(map(which, _NEEDED)), reason=f"needs {', '.join(_NEEDED)}")


def _play(page: str, **environment: str) -> None:
    """Run a page's commands; they print what it says, and nothing else."""
    text = (ROOT / page).read_text()
    [commands] = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    [printed] = re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)

    finished = subprocess.run(  # noqa: S603 - the page is ours
        ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, printed, "")


@pytest.mark.usefixtures("stack")
def test_the_readmes_call_is_cancelled() -> None:
    _play("README.md")


def test_the_call_by_hand_goes_as_the_page_says(
    stack: Stack, somebody: Callable[[], Subscriber]
) -> None:
    caller, receiver = somebody(), somebody()

    _play(
        "docs/deploy.md",
        API=stack.api_url,
        CALLER=caller.api.token(**caller.claims),
        RECEIVER=receiver.api.token(**receiver.claims),
        RECEIVER_NUMBER=receiver.number,
    )
