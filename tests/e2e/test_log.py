"""The log follows a call. That no log names anybody is looked at after all tests (conftest)."""

import json
from typing import Any

from infra.local.processes import wait_until
from tests.support.builders import a_call_request, a_location
from tests.support.stack.aws import Aws
from tests.support.stack.subscriber import Line

_LOG_SECONDS = 10
BEGUN, ENDED = (f"3c1f9a70-5d42-4e0b-9a51-1f0c6a7e2b8{digit}" for digit in (1, 2))
MADE_UP = "12025550101"


def test_the_log_follows_a_call(aws: Aws, line: Line) -> None:
    body = a_call_request(locationDetails=a_location())
    call = line.alice.post(body, correlator=BEGUN).body["mediaSessionId"]
    line.bob.answer(call)
    line.bob.delete(call, correlator=ENDED)
    # An id that a client makes up may name somebody.
    for send in (line.alice.get, line.alice.registration, line.alice.subscription):
        assert send(MADE_UP).status == 404
    assert line.alice.delete(MADE_UP, correlator=MADE_UP).status == 404

    expected = {
        (BEGUN, None, "Initial"),
        ("", "Initial", "Connected"),
        (ENDED, "Connected", "Terminated"),
    }
    # The emulator may write a line a moment after the answer.
    assert wait_until(lambda: _told_of(call, aws.everything_logged()) == expected, _LOG_SECONDS)


def _told_of(call: str, log: list[str]) -> set[tuple[Any, Any, Any]]:
    """Return what requests did to a call: the correlator, the status before and that after."""
    lines = [json.loads(text) for text in log if text.startswith("{") and call in text]
    requests = [line for line in lines if "httpStatus" in line]
    return {(line["correlator"], line.get("from"), line.get("to")) for line in requests}
