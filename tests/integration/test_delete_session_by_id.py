"""DELETE /webrtc/sessions/{mediaSessionId}: the operation that the others serve."""

from typing import TYPE_CHECKING

import pytest

from call_handling.status import ANSWERED, UNANSWERED
from tests.support.api import Raw, a_call, delete, get, put
from tests.support.builders import ALICE, ALICE_ACTS, BOB, NOW, a_context
from tests.support.clients import names
from tests.support.devices import register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.table import TABLE, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OTHER = {ALICE: BOB, BOB: ALICE}


@pytest.mark.parametrize("status", sorted(UNANSWERED))
@pytest.mark.parametrize(("party", "outcome"), [(ALICE, "SessionCancelled"), (BOB, "Declined")])
def test_unanswered_it_cancels_or_declines(party: str, outcome: str, status: str) -> None:
    call = a_call(status)

    assert delete(party, call).status == 204
    assert get(OTHER[party], call).body["status"] == outcome


@pytest.mark.parametrize("status", sorted(ANSWERED))
@pytest.mark.parametrize("party", [ALICE, BOB])
def test_answered_it_terminates(party: str, status: str) -> None:
    call = a_call(status)

    assert delete(party, call).status == 204
    assert get(OTHER[party], call).body["status"] == "Terminated"


def test_a_subscriber_may_be_a_sip_address() -> None:
    sub = f"sip:{BOB}@ims.example.com;user=phone"
    register(BOB, 2, sub=sub)

    assert delete(None, a_call(), context=a_context(None, sub=sub)).status == 204


def test_an_unknown_session_is_not_found_and_none_appears() -> None:
    call = a_call()
    almost = call[:-1] + ("0" if call[-1] != "0" else "1")

    with unchanged():
        assert delete(ALICE, almost).code == (404, "NOT_FOUND")


@pytest.mark.parametrize(("first", "second"), [(ALICE, ALICE), (ALICE, BOB), (BOB, BOB)])
def test_the_first_ending_wins_for_ever(clock: FakeClock, first: str, second: str) -> None:
    call = a_call()
    delete(first, call, correlator="one")
    clock.now += 60

    with unchanged():
        assert delete(second, call, correlator="two").code == (404, "NOT_FOUND")
        assert delete(second, call).code == (404, "NOT_FOUND")


def test_what_was_ended_by_put_is_over() -> None:
    call = a_call()
    put(BOB, call, "Busy", correlator="one")

    with unchanged():
        for party in (ALICE, BOB):
            assert delete(party, call, correlator="one").code == (404, "NOT_FOUND")


def test_the_end_is_recorded(table: "DynamoDBClient", clock: FakeClock) -> None:
    call = a_call()
    clock.now += 7
    delete(ALICE, call, correlator="one")

    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]

    assert item["status"] == {"S": "SessionCancelled"}
    assert item["version"] == {"N": "3"}
    assert item["endedBy"] == {"S": ALICE_ACTS.key}
    assert item["endedAt"] == {"N": str(NOW + 7)}
    assert item["expiresAt"] == {"N": str(NOW + 7 + 3600)}
    assert not {"endings", "staleShard", "staleAt"} & item.keys()


@pytest.mark.parametrize(
    ("media_session_id", "code"),
    [
        (None, "INVALID_ARGUMENT"),
        ("", "INVALID_ARGUMENT"),
        (" ", "INVALID_ARGUMENT"),
        ("\x00", "INVALID_ARGUMENT"),
        ("../", "INVALID_ARGUMENT"),
        ("..%2f", "INVALID_ARGUMENT"),
        ("\u00e9", "INVALID_ARGUMENT"),
        ("x" * 257, "OUT_OF_RANGE"),
    ],
)
def test_an_id_that_cannot_be_one(media_session_id: str | None, code: str) -> None:
    assert delete(ALICE, media_session_id).code == (400, code)


def test_a_body_is_refused() -> None:
    call = a_call()

    with unchanged():
        for text in ("{}", "null", "x"):
            assert delete(ALICE, call, body=Raw(text)).code == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("party", [ALICE, BOB])
def test_one_request_done_or_refused(party: str, requests: Requests) -> None:
    call = a_call()
    for media_session_id in (call, call, "unknown"):
        requests.clear()
        delete(party, media_session_id, correlator="one")
        assert names(requests) == ["UpdateItem"]
