"""The smoke test, as an operator plays it after a deployment."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from infra.local.settings import ROOT
from infra.local.stack_file import Stack
from tests.support.privacy import personal_in
from tests.support.stack.subscriber import Line, Subscriber

_PAGE = (ROOT / "docs" / "deploy.md").read_text()
_TEST_IT = _PAGE.partition("## Test it")[2].partition("\n## ")[0]
SCOPES = " ".join(re.findall(r"webrtc-[a-z-]+:[a-z:-]+", _TEST_IT))
"""What docs/deploy.md asks the token for."""


def smoke(stack: Stack, who: Subscriber, **claims: str) -> subprocess.CompletedProcess[str]:
    """Play it with a token of somebody's."""
    token = who.api.token(**who.claims | {"scope": SCOPES} | claims)
    finished = subprocess.run(
        [sys.executable, "-m", "infra.smoke"],
        cwd=ROOT,
        env=dict(os.environ) | {"API": stack.api_url, "TOKEN": token, "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert token not in finished.stdout + finished.stderr
    assert not finished.stderr
    assert not personal_in(finished.stdout)
    return finished


def test_it_passes_and_leaves_no_device(
    stack: Stack, somebody: Callable[[], Subscriber], callers: Line
) -> None:
    who = somebody()

    finished = smoke(stack, who)

    assert finished.returncode == 0, finished.stdout
    assert "FAILED" not in finished.stdout
    assert "left behind" not in finished.stdout
    # That is what others' calls answer to whose number has no device.
    assert who.get(callers.call()).code == (404, "IDENTIFIER_NOT_FOUND")


@pytest.mark.parametrize(
    "missing",
    [
        "webrtc-registration:sessions:write",
        "webrtc-call-handling:sessions:read",
    ],
)
def test_it_says_which_scope_the_token_lacks_and_leaves_no_device(
    stack: Stack, somebody: Callable[[], Subscriber], callers: Line, missing: str
) -> None:
    who = somebody()

    finished = smoke(stack, who, scope=SCOPES.replace(missing, "").strip())

    assert finished.returncode == 1
    assert f"the token lacks the scope {missing}" in finished.stdout
    assert who.get(callers.call()).code == (404, "IDENTIFIER_NOT_FOUND")


def test_it_says_that_the_token_is_not_taken(
    stack: Stack, somebody: Callable[[], Subscriber]
) -> None:
    finished = smoke(stack, somebody(), aud="somebody-else")

    assert finished.returncode == 1
    assert "the API does not take the token" in finished.stdout
