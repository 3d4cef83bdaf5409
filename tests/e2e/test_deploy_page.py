"""The call by hand of docs/deploy.md, run as it stands there."""

import os
import re
import subprocess
from collections.abc import Callable
from shutil import which

import pytest

from infra.local.settings import ROOT
from infra.local.stack_file import Stack
from tests.e2e.subscriber import Subscriber

_NEEDED = ("bash", "curl", "jq")


@pytest.mark.skipif(not all(map(which, _NEEDED)), reason=f"needs {', '.join(_NEEDED)}")
def test_the_call_by_hand_goes_as_the_page_says(
    stack: Stack, somebody: Callable[[], Subscriber]
) -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    [commands] = re.findall(r"^```bash\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    [printed] = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    caller, receiver = somebody(), somebody()
    environment = {
        "API": stack.api_url,
        "CALLER": caller.api.token(**caller.claims),
        "RECEIVER": receiver.api.token(**receiver.claims),
        "RECEIVER_NUMBER": receiver.number,
        "NO_PROXY": "127.0.0.1",
    }

    finished = subprocess.run(  # noqa: S603 - the page is ours
        ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, printed, "")
