"""GET /webrtc/sessions/{mediaSessionId}."""

import pytest

from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    OFFER,
    a_call_request,
    a_location,
    a_two_legged_context,
)
from tests.support.clients import OTHER, has_device, of
from tests.support.on_moto import FakeClock
from tests.support.table import items


@pytest.mark.parametrize("party", [ALICE, BOB])
def test_a_party_reads_all_of_it(party: str) -> None:
    call = a_call("Connected")

    assert get(party, call).body == {
        "mediaSessionId": call,
        "originatorAddress": f"tel:{ALICE}",
        "originatorName": "Alice",
        "receiverAddress": f"tel:{BOB}",
        "receiverName": "Bob",
        "status": "Connected",
        "offer": {"sdp": OFFER},
        "answer": {"sdp": "v=0 answer"},
    }


def test_an_actor_sees_its_own_location_only() -> None:
    has_device(BOB, OTHER)
    has_device(BOB, CLIENT, 3, sub="second user")
    here = a_location()
    call = post(body=a_call_request(locationDetails=here)).body["mediaSessionId"]
    receivers = {
        "DBH": of(BOB),
        "DBH_HELO": of(BOB, OTHER),
        "Other": of(BOB, sub="second user"),
    }
    assert "locationDetails" not in get(BOB, call).body
    for method, context in receivers.items():
        there = a_location(method=method)
        told = put(None, call, {"status": "Ringing", "locationDetails": there}, context=context)
        assert told.body["locationDetails"] == there

    assert get(ALICE, call).body["locationDetails"] == here
    for method, context in receivers.items():
        assert get(None, call, context=context).body["locationDetails"]["method"] == method


def test_a_client_alone_sees_no_location_but_its_own() -> None:
    here, alone = a_location(), a_two_legged_context(CLIENT)
    call = post(body=a_call_request(locationDetails=here)).body["mediaSessionId"]
    assert "locationDetails" not in get(None, call, context=alone).body

    there = a_location(method="Other")
    put(None, call, {"status": "Initial", "locationDetails": there}, context=alone)
    assert get(None, call, context=alone).body["locationDetails"] == there
    assert get(ALICE, call).body["locationDetails"] == here


def test_two_large_sdps_are_read_in_one_go() -> None:
    offer, answer = "o" * 65_536, "\u00e9" * 40_000
    call = post(body=a_call_request(offer={"sdp": offer})).body["mediaSessionId"]
    put(BOB, call, {"status": "Connected", "answer": {"sdp": answer}})

    body = get(ALICE, call).body
    assert (body["offer"]["sdp"], body["answer"]["sdp"]) == (offer, answer)


def test_after_a_delete_its_party_no_longer_finds_it_and_the_other_reads_the_end() -> None:
    call = a_call()
    delete(ALICE, call)

    assert get(ALICE, call).code == (404, "NOT_FOUND")
    assert get(BOB, call).body["status"] == "SessionCancelled"
    assert get(EVE, call).code == (403, "INVALID_TOKEN_CONTEXT")


def test_after_an_end_by_put_both_read_it() -> None:
    call = a_call()
    put(BOB, call, "NotReachable")

    for party in (ALICE, BOB):
        assert get(party, call).body["status"] == "NotReachable"


@pytest.mark.parametrize("how", ["DELETE", "PUT"])
def test_after_the_retention_it_is_gone_though_still_stored(clock: FakeClock, how: str) -> None:
    call = a_call()
    if how == "DELETE":
        delete(ALICE, call)
    else:
        put(BOB, call, "Busy")

    clock.now += 3599
    assert get(BOB, call).status == 200
    clock.now += 1
    for party in (ALICE, BOB, EVE):
        assert get(party, call).code == (404, "NOT_FOUND")
    assert items()


@pytest.mark.parametrize("media_session_id", [None, "", " ", "\x00", "../", "\u00e9"])
def test_an_id_that_cannot_be_one(media_session_id: str | None) -> None:
    assert get(ALICE, media_session_id).code == (400, "INVALID_ARGUMENT")
    assert get(ALICE, "x" * 257).code == (400, "OUT_OF_RANGE")
