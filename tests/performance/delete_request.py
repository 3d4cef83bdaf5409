"""Alice's DELETE as API Gateway hands it to the function: the event for `sam local invoke`.

Its user is the one of the tests' Alice.
"""

import json
from typing import Any

from tests.performance import ROOT
from tests.performance.environment import FUNCTION
from tests.support.builders import ALICE, sub_of

_FILE = ROOT / "events" / f"{FUNCTION}.json"


def delete_event() -> dict[str, Any]:
    """Return the event; its token outlives us all."""
    event: dict[str, Any] = json.loads(_FILE.read_text())
    event["requestContext"]["authorizer"]["sub"] = sub_of(ALICE)
    return event


def delete_payload() -> bytes:
    """Return the event as the runtime gets it."""
    return json.dumps(delete_event()).encode()
