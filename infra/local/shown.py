"""How requests and answers are shown on a line: short, without what is personal, in colour."""

import re
import sys
from typing import Any

from infra.local.loopback_http import Answer

BOLD, DIM, RED, GREEN = 1, 2, 31, 32
_LONGEST = 60
_ID = re.compile(r"[0-9a-f-]{21,}")
"""In hexadecimal digits, as all of ours are; a name in the path may be as long."""


def outcome(answer: Answer) -> str:
    """Return the status, with what the body says: a `code`, or the `status` of what it shows.

    For example "404 NOT_FOUND"; "200 [Registered]" for a list of one.
    """
    try:
        return f"{answer.status} {_said(answer.json)}".rstrip()
    except ValueError:
        return f"{answer.status}, not JSON"


def _said(body: Any) -> str:
    if isinstance(body, list):
        return f"[{', '.join(map(_said, body))}]"
    if not isinstance(body, dict):
        return ""
    registration = body.get("regInfo")
    known = registration.get("regStatus") if isinstance(registration, dict) else None
    said = str(body.get("code") or body.get("status") or known or "")
    # It may come from any server.
    return said if said.isprintable() and len(said) <= _LONGEST else "?"


def shortened(path: str) -> str:
    """Cut the ids in a path to what tells them apart."""
    return _ID.sub(lambda found: f"{found[0][:8]}..", path)


def painted(text: str, colour: int) -> str:
    """Colour a text where there is a terminal to see it."""
    return f"\033[{colour}m{text}\033[0m" if text and sys.stdout.isatty() else text
