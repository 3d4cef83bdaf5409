"""Alice's DELETE as API Gateway hands it to the function: the event for `sam local invoke`."""

import json
from typing import Any

from tests.performance import ROOT
from tests.performance.environment import FUNCTION

_FILE = ROOT / "events" / f"{FUNCTION}.json"


def delete_event() -> dict[str, Any]:
    """Return the event; its token outlives us all."""
    event: dict[str, Any] = json.loads(_FILE.read_text())
    return event


def delete_payload() -> bytes:
    """Return the event as the runtime gets it."""
    return _FILE.read_bytes()
