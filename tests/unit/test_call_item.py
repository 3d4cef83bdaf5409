"""What is stored beside a session, and what is read back of it."""

import json
from typing import Any

import pytest

from call_handling.call import Call, Invitation, Media
from call_handling.item import call_from, media_items, session_item
from call_handling.negotiation import Negotiation
from call_handling.status import Role, Status
from tests.support.builders import ALICE_ACTS, BOB_ACTS, NOW, a_location, a_placed_call, a_session

ID = a_session().media_session_id
INVITATION = Invitation("tel:+1", "tel:+2", "Alice", "Bob", "REGULAR")


def a_whole_call() -> Call:
    locations = {ALICE_ACTS.key: a_location(), BOB_ACTS.key: {"method": "GPS"}}
    media = Media("offer-1", "answer-1", locations)
    return Call(a_session(Status.CONNECTED), INVITATION, media, NOW + 99)


def parts(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["part"]["S"]: item for item in items}


def test_what_is_large_is_stored_beside_the_session() -> None:
    stored = parts(media_items(a_whole_call()))
    alices, bobs = (f"location#{actor.key}" for actor in (ALICE_ACTS, BOB_ACTS))

    assert stored == {
        "offer": {
            "mediaSessionId": {"S": ID},
            "part": {"S": "offer"},
            "content": {"S": "offer-1"},
            "invitation": stored["offer"]["invitation"],
            "expiresAt": {"N": str(NOW + 99)},
        },
        "answer": {
            "mediaSessionId": {"S": ID},
            "part": {"S": "answer"},
            "content": {"S": "answer-1"},
            "expiresAt": {"N": str(NOW + 99)},
        },
        alices: stored[alices],
        bobs: {
            "mediaSessionId": {"S": ID},
            "part": {"S": bobs},
            "content": {"S": '{"method": "GPS"}'},
            "expiresAt": {"N": str(NOW + 99)},
        },
    }
    assert json.loads(stored["offer"]["invitation"]["S"]) == {
        "originator_address": "tel:+1",
        "receiver_address": "tel:+2",
        "originator_name": "Alice",
        "receiver_name": "Bob",
        "call_type": "REGULAR",
    }


def test_what_has_not_changed_is_not_stored_again() -> None:
    before = a_whole_call()
    media = Media("offer-1", "answer-2", before.media.locations)
    after = before._replace(media=media)

    assert parts(media_items(after, before)).keys() == {"answer"}
    assert media_items(before, before) == []


def test_all_of_it_is_stored_again_to_keep_it_longer() -> None:
    before = a_whole_call()
    after = before._replace(media_expires_at=before.media_expires_at + 1)

    assert len(media_items(after, before)) == 4


@pytest.mark.parametrize("call", [a_whole_call(), a_placed_call(a_session())])
def test_a_call_is_read_as_it_was_stored(call: Call) -> None:
    assert call_from([session_item(call.session), *media_items(call)]) == call


def test_an_answer_to_an_offer_that_has_been_replaced_is_not_read() -> None:
    """It stays where it is until another answer takes its place."""
    session = a_session(
        Status.CONNECTED, negotiation=Negotiation(offered_by=Role.RECEIVER, offered_at=NOW)
    )

    read = call_from([session_item(session), *media_items(a_whole_call())])

    assert read is not None
    assert (read.media.offer, read.media.answer) == ("offer-1", None)


def test_media_last_as_long_as_the_first_of_them_to_go() -> None:
    """A part that was written later than another must not be what the next PUT goes by."""
    call = a_whole_call()
    items = parts(media_items(call))
    items["answer"]["expiresAt"] = {"N": str(NOW + 50)}

    read = call_from([session_item(call.session), *items.values()])

    assert read is not None
    assert read.media_expires_at == NOW + 50


@pytest.mark.parametrize("missing", ["session", "offer"])
def test_without_its_session_or_its_offer_it_is_no_call(missing: str) -> None:
    """DynamoDB removes what has expired item by item, in any order."""
    call = a_whole_call()
    items = [session_item(call.session), *media_items(call)]

    assert call_from(item for item in items if item["part"]["S"] != missing) is None
    assert call_from([]) is None
