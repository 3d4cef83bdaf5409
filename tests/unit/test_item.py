"""What is stored and what is read back: attribute by attribute, for the table outlives the code."""

import json
from typing import Any

import pytest

from call_handling.call import Call, Invitation, Media
from call_handling.item import (
    call_from,
    key,
    media_items,
    session_from,
    session_item,
)
from call_handling.session import Ending, Session
from call_handling.status import ANSWERED, UNANSWERED, Status
from camara.stale_index import stale_shard
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB_ACTS,
    BOB_KEY,
    CLIENT_KEY,
    NOW,
    TIMEOUTS,
    a_location,
    a_placed_call,
    a_session,
    registration_id,
)

ID = a_session().media_session_id
RETENTION = TIMEOUTS.ended_retention
INVITATION = Invitation("tel:+1", "tel:+2", "Alice", "Bob", "REGULAR")


def over(correlator: str | None = None) -> Session:
    return a_session(
        Status.BUSY, ended=Ending(BOB_ACTS.key, NOW + 5, correlator), expires_at=NOW + 5 + RETENTION
    )


def a_whole_call() -> Call:
    media = Media("offer-1", "answer-1", {ALICE_KEY: a_location(), BOB_KEY: {"method": "GPS"}})
    return Call(a_session(Status.CONNECTED), INVITATION, media, NOW + 99)


def parts(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["part"]["S"]: item for item in items}


def test_a_live_session_is_stored_with_its_endings_and_in_the_index() -> None:
    assert session_item(a_session()) == {
        **key(ID),
        "registrationId": {"S": registration_id(ALICE)},
        "originator": {"S": ALICE_KEY},
        "originatorClient": {"S": CLIENT_KEY},
        "receiver": {"S": BOB_KEY},
        "receiverClients": {"SS": [CLIENT_KEY]},
        "status": {"S": "Ringing"},
        "version": {"N": "1"},
        "writeId": {"S": "write-1"},
        "hasAnswer": {"BOOL": False},
        "createdAt": {"N": str(NOW)},
        "expiresAt": {"N": str(NOW + 120 + 24 * 3600)},
        "endings": {
            "M": {
                f"{ALICE_KEY}.{CLIENT_KEY}": {"S": "SessionCancelled"},
                f"{BOB_KEY}.{CLIENT_KEY}": {"S": "Declined"},
                f"{BOB_KEY}.": {"S": "Declined"},
                "network": {"S": "NoAnswer"},
            }
        },
        "staleShard": {"S": stale_shard(ID)},
        "staleAt": {"N": str(NOW + 120)},
    }


def test_a_session_that_is_over_is_stored_with_its_end_and_out_of_the_index() -> None:
    item = session_item(over())

    assert item["endedBy"] == {"S": BOB_ACTS.key}
    assert item["endedAt"] == {"N": str(NOW + 5)}
    assert not {"endings", "staleShard", "staleAt"} & item.keys()


@pytest.mark.parametrize("status", sorted(UNANSWERED | ANSWERED))
def test_a_live_session_is_read_as_it_was_stored(status: Status) -> None:
    session = a_session(status, version=7)

    assert session_from(session_item(session)) == session


def test_an_answered_session_is_read_with_all_its_clients_and_devices() -> None:
    session = a_session(
        Status.CONNECTED,
        receiver_clients=frozenset({"a", "b"}),
        answered_on=frozenset({"registration-1", "registration-2"}),
    )
    item = session_item(session)

    assert session_from(item) == session
    assert {*item["receiverClients"]["SS"]} == {"a", "b"}
    assert {*item["answeredOn"]["SS"]} == {"registration-1", "registration-2"}


def test_where_there_are_none_none_are_stored() -> None:
    """DynamoDB refuses an empty set."""
    session = a_session(receiver_clients=frozenset())
    item = session_item(session)

    assert not {"receiverClients", "answeredOn"} & item.keys()
    assert session_from(item) == session


def test_a_session_that_is_over_is_read_with_its_end() -> None:
    read = session_from(session_item(over()))

    assert (read.status, read.ended) == ("Busy", Ending(BOB_ACTS.key, NOW + 5, None))
    assert read.expires_at == NOW + 5 + RETENTION


@pytest.mark.parametrize("correlator", ["", "one"])
def test_an_end_by_delete_is_told_from_one_by_put_even_without_a_correlator(
    correlator: str,
) -> None:
    item = session_item(over()) | {"deleteCorrelator": {"S": correlator}}

    assert session_from(item).ended == Ending(BOB_ACTS.key, NOW + 5, correlator)


def test_what_is_large_is_stored_beside_the_session() -> None:
    stored = parts(media_items(a_whole_call()))

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
        f"location#{ALICE_KEY}": stored[f"location#{ALICE_KEY}"],
        f"location#{BOB_KEY}": {
            "mediaSessionId": {"S": ID},
            "part": {"S": f"location#{BOB_KEY}"},
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
