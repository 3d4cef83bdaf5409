"""PUT /webrtc/sessions/{mediaSessionId}/status."""

from typing import Any

import pytest

from tests.support.api import Raw, a_call, delete, get, put
from tests.support.builders import ALICE, BOB, a_context, a_location
from tests.support.on_moto import FakeClock
from tests.support.table import session_item, unchanged

ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}


def test_the_answer_is_the_resource_as_changed() -> None:
    call = a_call()

    answer = put(BOB, call, ANSWER)

    assert answer.status == 200
    assert answer.body["status"] == "Connected"
    assert answer.body == get(BOB, call).body


@pytest.mark.parametrize("ending", ["Busy", "NoAnswer", "NotReachable", "Declined", "Failed"])
def test_the_receiver_ends_it(ending: str) -> None:
    call = a_call()

    assert put(BOB, call, ending).body["status"] == ending
    assert get(ALICE, call).body["status"] == ending


def test_the_originator_cancels() -> None:
    assert put(ALICE, a_call(), "SessionCancelled").status == 200


@pytest.mark.parametrize("party", [ALICE, BOB])
def test_an_answered_call_is_held_resumed_renegotiated_and_terminated(party: str) -> None:
    call = a_call("Connected")
    offer = {"status": "Resume", "offer": {"sdp": "new offer"}}

    assert put(party, call, "Hold").status == 200
    assert put(party, call, "Resume").status == 200
    assert put(party, call, offer).body["offer"] == {"sdp": "new offer"}
    assert put(party, call, "Terminated").status == 200


@pytest.mark.parametrize(
    ("party", "current", "status"),
    [
        (BOB, "Ringing", "Connected"),
        (BOB, "Ringing", "Initial"),
        (BOB, "Ringing", "Hold"),
        (BOB, "Ringing", "Terminated"),
        (BOB, "Ringing", "SessionCancelled"),
        (ALICE, "Initial", "Ringing"),
        (ALICE, "Ringing", "Busy"),
        (ALICE, "Ringing", "Declined"),
        (ALICE, "Connected", "SessionCancelled"),
        (BOB, "Connected", "Busy"),
        (BOB, "Connected", "Resume"),
        (BOB, "Hold", "Connected"),
        (BOB, "Connected", "Ringing"),
    ],
)
def test_what_the_state_forbids_changes_nothing(party: str, current: str, status: str) -> None:
    call = a_call(current)

    with unchanged():
        assert put(party, call, status).code == (409, "INCOMPATIBLE_STATE")


def test_an_answer_after_the_end_is_refused() -> None:
    call = a_call()
    delete(ALICE, call)

    with unchanged():
        assert put(BOB, call, ANSWER).code == (404, "NOT_FOUND")


def test_every_change_renews_the_lease(clock: FakeClock) -> None:
    call = a_call("Connected")
    for status in ("Hold", "Resume", {"status": "Resume", "offer": {"sdp": "new offer"}}):
        clock.now += 1000
        put(ALICE, call, status)

        assert session_item()["deadline"] == {"N": str(clock.now + 43_200)}


def test_versions_have_no_gaps() -> None:
    call = a_call("Initial")
    for version, status in enumerate(["Ringing", "Proceeding", ANSWER, "Hold", "Resume"], 2):
        put(BOB, call, status)
        assert session_item()["version"] == {"N": str(version)}
    delete(ALICE, call)
    assert session_item()["version"] == {"N": "7"}


def test_an_end_by_put_leaves_the_index_and_the_endings() -> None:
    put(BOB, a_call(), "Busy")

    assert not {"endings", "staleShard", "staleAt"} & session_item().keys()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (Raw(None), (400, "INVALID_ARGUMENT")),
        (Raw("{"), (400, "INVALID_ARGUMENT")),
        (Raw('{"status":"Busy","status":"Busy"}'), (400, "INVALID_ARGUMENT")),
        (Raw('{"status":"Busy"}', "application/xml"), (415, "UNSUPPORTED_MEDIA_TYPE")),
        ({}, (400, "INVALID_ARGUMENT")),
        ({"status": "busy"}, (400, "INVALID_ARGUMENT")),
        ({"status": "Connected", "answer": {}}, (400, "INVALID_ARGUMENT")),
        ({"status": "Connected", "answer": {"sdp": "x" * 65_537}}, (400, "OUT_OF_RANGE")),
        (
            {
                "status": "Ringing",
                "locationDetails": a_location(
                    coordinates={"latitude": 91, "longitude": 0, "radius": 1}
                ),
            },
            (400, "OUT_OF_RANGE"),
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_malformed_changes_nothing(body: Any, code: tuple[int, str]) -> None:
    call = a_call()

    with unchanged():
        assert put(BOB, call, body).code == code


def test_an_id_that_cannot_be_one() -> None:
    assert put(BOB, "", "Ringing").code == (400, "INVALID_ARGUMENT")
    assert put(BOB, "x" * 257, "Ringing").code == (400, "OUT_OF_RANGE")
    assert put(BOB, "x", "Ringing", context=a_context(scope="")).code[0] == 403
