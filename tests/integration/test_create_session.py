"""POST /webrtc/sessions."""

from typing import Any

import pytest

from aws.stale_index import stale_shard
from camara.identity import derive_client_key, derive_late_actor_key
from tests.support.api import Raw, delete, get, post
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    BOB_KEY,
    CLIENT_KEY,
    NOW,
    OFFER,
    a_call_request,
    a_context,
    a_location,
    an_actor,
)
from tests.support.devices import register
from tests.support.table import items


def test_a_call_begins_initial_and_is_found_where_it_says() -> None:
    answer = post(body=a_call_request(callType="REGULAR"))

    call = answer.body["mediaSessionId"]
    assert answer.status == 201
    assert answer.headers["Location"] == f"sessions/{call}"
    assert answer.body == a_call_request(callType="REGULAR", status="Initial", mediaSessionId=call)
    assert get(BOB, call).body == answer.body


def test_ids_are_unguessable_and_never_the_same() -> None:
    ids = {post().body["mediaSessionId"] for _ in range(50)}

    assert len(ids) == 50
    assert all(len(bytes.fromhex(media_session_id)) >= 16 for media_session_id in ids)


def test_what_is_personal_is_apart_from_the_item_that_changes_state() -> None:
    post(body=a_call_request(locationDetails=a_location()))

    stored = {item["part"]["S"]: item for item in items()}

    assert set(stored) == {"session", "offer", f"location#{ALICE_ACTS.key}"}
    assert OFFER not in str(stored["session"])
    for personal in ("latitude", "2025550101", "2025550102", "Alice", "Bob"):
        assert personal not in str(stored["session"])


def test_the_item_carries_its_endings_and_its_place_in_the_index() -> None:
    others = [("client-2", None), ("client-2", "second user")]
    for device, (client_id, sub) in enumerate(others, 2):
        register(BOB, device, client_id=client_id, sub=sub)
    post()

    session = next(item for item in items() if item["part"]["S"] == "session")
    assert session["endings"]["M"] == {
        ALICE_ACTS.key: {"S": "SessionCancelled"},
        # Its client has both legs: alone it acts for the originator.
        CLIENT_KEY: {"S": "SessionCancelled"},
        derive_client_key("client-2"): {"S": "Declined"},
        derive_late_actor_key(BOB_KEY): {"S": "Declined"},
        BOB_ACTS.key: {"S": "Declined"},
        **{str(an_actor(BOB, *other).key): {"S": "Declined"} for other in others},
        "network": {"S": "NoAnswer"},
    }
    assert session["staleAt"] == {"N": str(NOW + 120)}
    assert session["staleShard"]["S"] == stale_shard(session["mediaSessionId"]["S"])


def test_every_part_is_removed_in_the_end() -> None:
    post(body=a_call_request(locationDetails=a_location()))

    expiries = {item["part"]["S"]: int(item["expiresAt"]["N"]) for item in items()}

    assert expiries.pop("session") == NOW + 120 + 24 * 3600
    assert set(expiries.values()) == {NOW + 2 * 3600}


def test_an_anonymous_originator_is_its_subscriber() -> None:
    anonymous = "sip:anonymous@anonymous.invalid"

    answer = post(body=a_call_request(originatorAddress=anonymous))

    assert answer.body["originatorAddress"] == anonymous
    assert get(BOB, answer.body["mediaSessionId"]).body["originatorAddress"] == anonymous
    assert delete(ALICE, answer.body["mediaSessionId"]).status == 204


@pytest.mark.parametrize(
    "spelt", [f"sip:{ALICE}@your-bank.example", f"sip:%2B{ALICE[1:]}@YOUR-BANK.example"]
)
def test_no_host_of_the_originators_invention_is_shown(spelt: str) -> None:
    answer = post(
        body=a_call_request(
            originatorAddress=spelt, receiverAddress=f"sip:%2B{BOB[1:]}@our-bank.example"
        )
    )

    for seen in (answer.body, get(BOB, answer.body["mediaSessionId"]).body):
        assert seen["originatorAddress"] == f"tel:{ALICE}"
        assert seen["receiverAddress"] == f"tel:{BOB}"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        pytest.param({"headers": {}}, (400, "INVALID_ARGUMENT"), id="no registrationId"),
        pytest.param(
            {"headers": {"registrationId": ""}}, (400, "INVALID_ARGUMENT"), id="an empty one"
        ),
        pytest.param(
            {"headers": {"registrationId": "x" * 257}}, (400, "OUT_OF_RANGE"), id="a long one"
        ),
        pytest.param({"body": Raw(None)}, (400, "INVALID_ARGUMENT"), id="no body"),
        pytest.param({"body": Raw("{")}, (400, "INVALID_ARGUMENT"), id="truncated"),
        pytest.param({"body": Raw("[]")}, (400, "INVALID_ARGUMENT"), id="no object"),
        pytest.param({"body": Raw('{"a":1,"a":2}')}, (400, "INVALID_ARGUMENT"), id="twice"),
        pytest.param({"body": Raw('{"a":NaN}')}, (400, "INVALID_ARGUMENT"), id="NaN"),
        pytest.param({"body": Raw("[" * 9999)}, (400, "INVALID_ARGUMENT"), id="nested"),
        pytest.param(
            {"body": Raw('{"a":"' + "x" * 300_000 + '"}')}, (400, "OUT_OF_RANGE"), id="300 KB"
        ),
        pytest.param(
            {"body": Raw("{}", "text/plain")}, (415, "UNSUPPORTED_MEDIA_TYPE"), id="text/plain"
        ),
        pytest.param(
            {"body": a_call_request(receiverAddress="bob")}, (400, "INVALID_ARGUMENT"), id="address"
        ),
        pytest.param(
            {"body": a_call_request(offer={"sdp": "x" * 65_537})}, (400, "OUT_OF_RANGE"), id="sdp"
        ),
        pytest.param(
            {
                "body": a_call_request(
                    originatorAddress=f"tel:{BOB}", receiverAddress=f"tel:{ALICE}"
                )
            },
            (403, "INVALID_TOKEN_CONTEXT"),
            id="in another's name",
        ),
        pytest.param(
            {"context": a_context(None)}, (404, "IDENTIFIER_NOT_FOUND"), id="no subscriber"
        ),
        pytest.param(
            {"body": a_call_request(callType="EMERGENCY")},
            (501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED"),
            id="emergency",
        ),
        pytest.param(
            {"body": a_call_request(receiverAddress="urn:service:sos")},
            (501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED"),
            id="emergency urn",
        ),
        *(
            pytest.param(
                {"body": a_call_request(receiverAddress=dialled)},
                (501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED"),
                id=dialled,
            )
            for dialled in (
                "tel:112;phone-context=+49",
                "sip:%31%31%32@ims.example.com",
                "sip:911;phone-context=+1@ims.example.com;user=phone",
            )
        ),
        pytest.param(
            {
                "context": a_context(None),
                "body": a_call_request(receiverAddress="tel:112;phone-context=+49"),
            },
            (501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED"),
            id="emergency, no subscriber",
        ),
        pytest.param(
            {
                "context": a_context(scope=""),
                "body": a_call_request(receiverAddress="tel:112;phone-context=+49"),
            },
            (403, "PERMISSION_DENIED"),
            id="emergency, no scope",
        ),
        pytest.param(
            {"body": a_call_request(receiverAddress="sip:112@x.example", originatorName="\0")},
            (400, "INVALID_ARGUMENT"),
            id="emergency, malformed",
        ),
        pytest.param(
            {"body": a_call_request(receiverAddress="sip:bob%00@x.example")},
            (400, "INVALID_ARGUMENT"),
            id="an encoded NUL",
        ),
        pytest.param(
            {"body": a_call_request(originatorAddress=f"sip:%2B{BOB[1:]}@x.example")},
            (400, "INVALID_ARGUMENT"),
            id="calls itself, encoded",
        ),
    ],
)
def test_what_is_refused_stores_nothing(request_: dict[str, Any], code: tuple[int, str]) -> None:
    assert post(**request_).code == code
    assert items() == []
