"""Whatever a call is made of: it can be read, answered and ended by the documented requests."""

from typing import Any

from hypothesis import given
from schemathesis import GenerationMode

from tests.support.api import SESSIONS
from tests.support.builders import ALICE, BOB
from tests.support.effort import effort
from tests.support.stack.requests_from_openapi import Case, keeps_the_rules_in_words, openapi
from tests.support.stack.subscriber import Subscriber

VALID_CALLS = openapi()[SESSIONS]["POST"].as_strategy(generation_mode=GenerationMode.POSITIVE)
SHOWN = ("originatorAddress", "originatorName", "receiverAddress", "receiverName", "callType")


@given(valid=VALID_CALLS)
@effort(15)
def test_from_the_post_to_the_end(valid: Case, alice: Subscriber, bob: Subscriber) -> None:
    assert isinstance(valid.body, dict)
    body: dict[str, Any] = {
        **valid.body,
        "originatorAddress": f"tel:{ALICE}",
        "receiverAddress": f"tel:{BOB}",
        "callType": "REGULAR",
    }
    if not keeps_the_rules_in_words(body):
        del body["locationDetails"]

    call = alice.post(body).body["mediaSessionId"]

    seen = bob.get(call).body
    assert {name: seen.get(name) for name in SHOWN} == {name: body.get(name) for name in SHOWN}
    assert seen["offer"]["sdp"] == body["offer"]["sdp"]
    assert ("locationDetails" in alice.get(call).body) == ("locationDetails" in body)
    assert "locationDetails" not in seen
    assert bob.answer(call).status == 200
    assert bob.delete(call).status == 204
    assert alice.status_of(call) == "Terminated"
