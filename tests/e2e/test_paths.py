"""Where things are: CAMARA's path of call handling beside the short one, and ``Location``."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest

from infra.local.stack_file import Stack
from tests.support.api import SESSIONS
from tests.support.builders import ANSWER, a_call_request
from tests.support.stack.subscriber import (
    CAMARAS_SESSIONS,
    REGISTRATIONS,
    SUBSCRIPTIONS,
    Line,
    Subscriber,
)


def test_a_whole_call_on_camaras_path(line: Line) -> None:
    device = line.alice.which
    created = line.alice.send("POST", CAMARAS_SESSIONS, a_call_request(), device)
    assert created.status == 201
    call = f"{CAMARAS_SESSIONS}/{created.body['mediaSessionId']}"

    assert line.bob.send("GET", call).body == created.body
    answer = {"status": "Connected", "answer": {"sdp": ANSWER}}
    assert line.bob.send("PUT", f"{call}/status", answer).body["status"] == "Connected"
    assert line.alice.send("DELETE", call, correlator="c-2").status == 204
    assert line.alice.send("DELETE", call, correlator="c-2").status == 204
    assert line.alice.send("GET", call).code == (404, "NOT_FOUND")
    assert line.bob.send("GET", call).body["status"] == "Terminated"


@pytest.mark.parametrize("begun_on", [SESSIONS, CAMARAS_SESSIONS])
def test_what_begins_on_one_path_goes_on_on_the_other(line: Line, begun_on: str) -> None:
    goes_on = CAMARAS_SESSIONS if begun_on == SESSIONS else SESSIONS
    created = line.alice.send("POST", begun_on, a_call_request(), line.alice.which).body
    call = created["mediaSessionId"]

    assert line.bob.send("GET", f"{goes_on}/{call}").body == created
    assert line.bob.send("DELETE", f"{goes_on}/{call}").status == 204
    assert line.alice.send("GET", f"{begun_on}/{call}").body["status"] == "Declined"


BODIES: dict[str, Callable[[Subscriber], Any]] = {
    SESSIONS: lambda _: a_call_request(),
    CAMARAS_SESSIONS: lambda _: a_call_request(),
    REGISTRATIONS: lambda who: {"deviceId": who.device_id("another")},
    SUBSCRIPTIONS: lambda who: who.subscription_request("session-status"),
}


@pytest.mark.parametrize("final_slash", ["", "/"])
@pytest.mark.parametrize("path", BODIES)
def test_what_is_created_is_where_location_leads_to_from_the_url_of_the_request(
    stack: Stack,
    alice: Subscriber,
    somebody: Callable[[], Subscriber],
    path: str,
    final_slash: str,
) -> None:
    who = alice if path in {SESSIONS, CAMARAS_SESSIONS} else somebody().with_device()
    asked = path + final_slash

    created = who.send("POST", asked, BODIES[path](who), who.which)

    assert created.status == 201
    url = urljoin(f"{stack.api_url}{asked}", created.headers["location"])
    read = who.send("GET", url.removeprefix(stack.api_url))
    assert (read.status, read.body) == (200, created.body)
