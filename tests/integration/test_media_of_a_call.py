"""SDP and locations: kept while the call lives, unreadable once it is over, and soon removed.

The end writes to the session alone, so what is beside it must never last for long from any moment
on: the sweep keeps that of long calls again and again.
"""

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from aws.dynamodb import dynamodb_client
from call_handling.store import SessionStore, session_store
from tests.support.api import a_call, delete, get, put
from tests.support.builders import ALICE, BOB, NOW, OFFER, TIMEOUTS, a_location
from tests.support.clients import ANSWER, names
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.sweep import sweep
from tests.support.table import TABLE, items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MINUTE = 60
HOUR = 60 * MINUTE
RETENTION = HOUR
DUE = RETENTION - 5 * MINUTE
MEDIA = {"offer", "answer", "locationDetails"}


def a_located_call() -> str:
    call = a_call("Connected")
    put(ALICE, call, {"status": "Connected", "locationDetails": a_location()})
    return call


def expiries() -> dict[str, int]:
    return {item["part"]["S"]: int(item["expiresAt"]["N"]) for item in items()}


@pytest.mark.parametrize("end", [delete, lambda who, call: put(who, call, "Terminated")])
def test_over_is_unreadable(end: Callable[[str, str], Any]) -> None:
    call = a_located_call()
    assert get(ALICE, call).body.keys() >= MEDIA

    ended = end(BOB, call)

    shown = get(ALICE, call).body
    assert shown["status"] == "Terminated"
    assert {name: shown[name] for name in MEDIA & shown.keys()} == {"offer": {}}
    if ended.status == 200:
        assert {name: ended.body[name] for name in MEDIA & ended.body.keys()} == {"offer": {}}


def test_so_it_is_when_nobody_has_ended_it(clock: FakeClock) -> None:
    call = a_call()
    clock.now += 2 * MINUTE
    sweep()

    assert get(BOB, call).body["offer"] == {}


@pytest.mark.parametrize("minutes", [0, 1, 54, 56, 59, 110, 3 * 60, 11 * 60])
def test_whenever_it_ends_it_lasts_a_retention_longer_at_most(
    clock: FakeClock, minutes: int
) -> None:
    call = a_located_call()
    while clock.now < NOW + minutes * MINUTE:
        clock.now += MINUTE
        sweep()

    delete(ALICE, call)

    parts = expiries()
    session = parts.pop("session")
    assert session == clock.now + RETENTION
    assert len(parts) == 3
    assert session <= min(parts.values())
    assert max(parts.values()) <= session + RETENTION


def test_of_a_long_call_it_is_kept_without_a_change(requests: Requests, clock: FakeClock) -> None:
    call = a_located_call()
    before = {item["part"]["S"]: item for item in items()}
    clock.now += DUE
    requests.clear()

    assert sweep()["mediaKept"] == 1
    assert names(requests)[-3:] == ["UpdateItem", "Query", "TransactWriteItems"]
    after = {item["part"]["S"]: item for item in items()}
    assert after["session"] == before["session"] | {"staleAt": {"N": str(clock.now + DUE)}}
    for part in ("offer", "answer"):
        kept = {"expiresAt": {"N": str(clock.now + 2 * RETENTION)}}
        assert after[part] == before[part] | kept
    assert get(BOB, call).body["offer"] == {"sdp": OFFER}
    assert sweep()["found"] == 0


def test_of_a_short_call_nobody_writes_to_it(requests: Requests, clock: FakeClock) -> None:
    a_located_call()
    clock.now += DUE - 1
    requests.clear()
    sweep()

    assert set(names(requests)) == {"Query"}


def renewed_without_a_change(call: str) -> None:
    put(ALICE, call, "Connected")


def offered_anew(call: str) -> None:
    put(ALICE, call, {"status": "Connected", "offer": {"sdp": "another"}})


def ended(call: str) -> None:
    delete(ALICE, call)


def removed(call: str) -> None:
    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    dynamodb_client().delete_item(TableName=TABLE, Key=key)


@pytest.mark.parametrize(
    ("happens", "kept", "expected"),
    [
        (renewed_without_a_change, 1, {"status": "Connected", "offer": {"sdp": OFFER}}),
        (offered_anew, 1, {"status": "Connected", "offer": {"sdp": "another"}}),
        (ended, 0, {"status": "Terminated", "offer": {}}),
        (removed, 0, {"code": "NOT_FOUND"}),
    ],
)
def test_what_happens_between_its_read_and_its_write_is_not_undone(
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    happens: Callable[[str], None],
    kept: int,
    expected: dict[str, Any],
) -> None:
    call = a_call("Connected")
    clock.now += 2 * HOUR
    real = SessionStore.read

    def read(self: SessionStore, media_session_id: str) -> Any:
        found = real(self, media_session_id)
        monkeypatch.setattr(SessionStore, "read", real)
        happens(call)
        return found

    monkeypatch.setattr(SessionStore, "read", read)

    assert sweep()["mediaKept"] == kept
    assert get(BOB, call).body.items() >= expected.items()
    if happens is renewed_without_a_change:
        (session,) = (item for item in items() if item["part"] == {"S": "session"})
        assert session["deadline"] == {"N": str(clock.now + 12 * HOUR)}


def test_media_that_are_gone_are_for_somebody_to_look_at(
    table: "DynamoDBClient", clock: FakeClock, logged: io.StringIO
) -> None:
    """DynamoDB has removed them, for no sweep came for an hour: the call can still be ended."""
    call = a_call("Connected")
    key = {"mediaSessionId": {"S": call}, "part": {"S": "offer"}}
    table.delete_item(TableName=TABLE, Key=key)
    clock.now += DUE

    assert sweep()["malformed"] == 1
    (line,) = (json.loads(line) for line in logged.getvalue().splitlines() if "malformed" in line)
    assert line["mediaSessionId"] == call
    assert delete(ALICE, call).status == 204


@pytest.mark.parametrize("missing", ["createdAt", "status", "version", "hasAnswer"])
def test_a_session_that_makes_no_sense_stops_no_other(
    table: "DynamoDBClient", clock: FakeClock, missing: str
) -> None:
    broken, call = a_call("Connected"), a_call("Connected")
    table.update_item(
        TableName=TABLE,
        Key={"mediaSessionId": {"S": broken}, "part": {"S": "session"}},
        UpdateExpression="REMOVE #missing",
        ExpressionAttributeNames={"#missing": missing},
    )
    clock.now += DUE

    told = sweep()

    assert (told["malformed"], told["mediaKept"]) == (1, 1)
    assert get(BOB, call).status == 200


def test_media_that_last_too_long_last_no_longer_when_their_time_has_come(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The retention was twice as long when they were stored."""
    monkeypatch.setattr(
        session_store(), "_timeouts", TIMEOUTS._replace(ended_retention=2 * RETENTION)
    )
    a_call("Connected")
    monkeypatch.setattr(session_store(), "_timeouts", TIMEOUTS)
    clock.now += 2 * RETENTION - 5 * MINUTE

    assert sweep()["mediaKept"] == 1
    assert expiries()["offer"] == clock.now + 2 * RETENTION
    assert sweep()["found"] == 0


def test_it_is_no_deadline_of_the_call(clock: FakeClock) -> None:
    call = a_call("Connected")
    clock.now += 12 * HOUR - 1
    assert sweep()["ended"] == 0
    clock.now += 1

    assert sweep()["ended"] == 1
    assert get(BOB, call).body["status"] == "Terminated"


def test_it_is_kept_once(clock: FakeClock) -> None:
    call = a_call("Connected")
    clock.now += DUE

    assert [session_store().look_after(call, clock.now) for _ in range(2)] == [
        True,
        False,
    ]
    assert get(BOB, call).body["answer"] == ANSWER["answer"]
