"""The sweep of sessions: what nobody ends, ends."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.client import BaseClient

from aws import stale_index
from aws.stale_index import SHARDS_SEARCHED, SHARDS_WRITTEN, stale_shard
from call_handling.item import session_item
from call_handling.session_ender import session_ender
from camara.errors import Unavailable
from tests.support.api import a_call, delete, get, put
from tests.support.builders import ALICE, BOB, NOW, a_session
from tests.support.emf import metrics_in
from tests.support.faulty_dynamodb import throttle
from tests.support.on_moto import FakeClock
from tests.support.sweep import sweep
from tests.support.table import TABLE, unchanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RING, LEASE = 120, 43_200


@pytest.mark.parametrize("status", ["Initial", "Ringing", "Waiting"])
def test_an_unanswered_call_ends_as_no_answer(clock: FakeClock, status: str) -> None:
    call = a_call(status)
    clock.now += RING

    assert sweep()["ended"] == 1
    for party in (ALICE, BOB):
        assert get(party, call).body["status"] == "NoAnswer"


@pytest.mark.parametrize("status", ["Connected", "Hold", "Resume"])
def test_an_answered_call_ends_as_terminated(clock: FakeClock, status: str) -> None:
    call = a_call(status)
    clock.now += LEASE

    assert sweep()["ended"] == 1
    assert get(ALICE, call).body["status"] == "Terminated"


def test_what_is_not_stale_is_not_touched(
    clock: FakeClock, requests: list[tuple[str, dict[str, Any]]]
) -> None:
    for _ in range(20):
        a_call()
    over = a_call()
    delete(ALICE, over)
    clock.now += RING - 1
    requests.clear()

    with unchanged():
        assert sweep() == {
            "found": 0,
            "ended": 0,
            "skipped": 0,
            "mediaKept": 0,
            "malformed": 0,
            "left": 0,
            "lagSeconds": 0,
        }
        assert [name for name, _ in requests] == ["Query"] * SHARDS_SEARCHED


def test_it_costs_by_what_is_stale(
    clock: FakeClock, requests: list[tuple[str, dict[str, Any]]]
) -> None:
    for _ in range(5):
        a_call()
    clock.now += RING
    for _ in range(20):
        a_call()
    requests.clear()

    assert sweep()["ended"] == 5
    names = sorted(name for name, _ in requests)
    assert names == ["Query"] * SHARDS_SEARCHED + ["UpdateItem"] * 5


@pytest.mark.parametrize("written", [1, 8, SHARDS_WRITTEN, SHARDS_SEARCHED])
def test_every_partition_of_the_index_is_swept_however_many_were_written_to(
    table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """By a version before, or after, that spreads what it writes over fewer, or more."""
    with monkeypatch.context() as another_version:
        another_version.setattr(stale_index, "SHARDS_WRITTEN", written)
        one_of_each = {stale_shard(name): name for name in map(str, range(20 * written))}
        assert len(one_of_each) == written
        for name in one_of_each.values():
            session = a_session(media_session_id=name, stale_at=NOW)
            table.put_item(TableName=TABLE, Item=session_item(session))

    assert sweep().items() >= {"found": written, "ended": written, "left": 0}.items()


def test_an_end_is_recorded_with_its_reason(table: "DynamoDBClient", clock: FakeClock) -> None:
    call = a_call()
    clock.now += 200
    sweep()

    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["endedBy"] == {"S": "network"}
    assert item["endedAt"] == {"N": str(NOW + 200)}
    assert item["expiresAt"] == {"N": str(NOW + 200 + 3600)}
    assert item["endReason"] == {"S": "deadline passed"}
    assert not {"endings", "staleShard", "staleAt"} & item.keys()


def test_lag_is_the_age_of_the_oldest_deadline(clock: FakeClock) -> None:
    a_call()
    clock.now += 30
    a_call()
    clock.now += 200

    assert sweep()["lagSeconds"] == 230 - RING
    assert sweep()["lagSeconds"] == 0


@pytest.mark.parametrize("meanwhile", ["renewed", "ended", "removed"])
def test_what_moved_on_since_it_was_found_is_left_alone(
    table: "DynamoDBClient", clock: FakeClock, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    call, other = a_call(), a_call()
    clock.now += RING
    real = session_ender().by_network

    def late(media_session_id: str, *args: Any, **more: Any) -> Any:
        if media_session_id == call:
            match meanwhile:
                case "renewed":
                    put(BOB, call, {"status": "Connected", "answer": {"sdp": "v=0"}})
                case "ended":
                    delete(ALICE, call)
                case "removed":
                    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
                    table.delete_item(TableName=TABLE, Key=key)
        return real(media_session_id, *args, **more)

    monkeypatch.setattr(session_ender(), "by_network", late)

    told = sweep()

    assert (told["found"], told["ended"], told["skipped"], told["left"]) == (2, 1, 1, 0)
    assert get(BOB, other).body["status"] == "NoAnswer"
    if meanwhile == "renewed":
        assert get(BOB, call).body["status"] == "Connected"
    if meanwhile == "ended":
        assert get(BOB, call).body["status"] == "SessionCancelled"


POISONED: dict[str, dict[str, Any]] = {
    "nothing but keys": {},
    "endings of another shape": {"endings": {"S": "x"}},
    "no ending for the network": {"endings": {"M": {}}},
    "no version": {"endings": {"M": {"network": {"S": "NoAnswer"}}}},
    "a version that is no number": {
        "endings": {"M": {"network": {"S": "NoAnswer"}}},
        "version": {"S": "x"},
    },
}


@pytest.mark.parametrize("attributes", POISONED.values(), ids=POISONED.keys())
def test_a_poisoned_item_stops_no_other(
    table: "DynamoDBClient", clock: FakeClock, attributes: dict[str, Any]
) -> None:
    keys = {
        "mediaSessionId": {"S": "poison"},
        "part": {"S": "session"},
        "staleShard": {"S": "0"},
        "staleAt": {"N": "1"},
    }
    table.put_item(TableName=TABLE, Item=keys | attributes)
    calls = [a_call() for _ in range(10)]
    clock.now += RING

    told = sweep()

    assert (told["ended"], told["malformed"], told["left"]) == (10, 1, 0)
    for call in calls:
        assert get(BOB, call).body["status"] == "NoAnswer"


def test_throttling_loses_nothing(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    for _ in range(30):
        a_call()
    clock.now += RING

    with monkeypatch.context() as throttled:
        throttle(throttled, "UpdateItem", every=3)
        told = sweep()
    assert (told["found"], told["ended"], told["left"]) == (30, 20, 10)

    assert sweep()["ended"] == 10


@pytest.mark.parametrize("swept", ["sessions", "registrations", "subscriptions"])
def test_a_sweep_that_cannot_look_fails_after_telling_which_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], swept: str
) -> None:
    throttle(monkeypatch, "Query", every=1)

    with pytest.raises(Unavailable):
        sweep({"sweep": swept})
    written = capsys.readouterr().out
    told = {metric.name: dict(metric.dimensions)["swept"] for metric in metrics_in(written)}
    assert told.items() >= {"SweepLag": swept, "SweepLeft": swept, "SweepFailed": swept}.items()
    assert f'"swept":"{swept}","fault":"Unavailable"' in written


def test_it_stops_in_time_and_says_what_is_left(clock: FakeClock) -> None:
    for _ in range(40):
        a_call()
    clock.now += RING

    told = sweep(looks=25)

    assert told["found"] == 40
    assert 0 < told["ended"] <= 25
    assert told["left"] == 40 - told["ended"]
    assert sweep()["ended"] == told["left"]


def test_the_oldest_are_ended_first(clock: FakeClock) -> None:
    old = [a_call() for _ in range(5)]
    clock.now += 10
    for _ in range(30):
        a_call()
    clock.now += RING

    told = sweep(looks=20)

    assert told["left"] > 0
    for call in old:
        assert get(BOB, call).body["status"] == "NoAnswer"


def test_an_index_of_many_pages(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock, requests: list[tuple[str, dict[str, Any]]]
) -> None:
    for _ in range(60):
        a_call("Initial")
    clock.now += RING
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def small_pages(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return real(client, name, arguments | ({"Limit": 3} if name == "Query" else {}))

    monkeypatch.setattr(BaseClient, "_make_api_call", small_pages)
    requests.clear()

    assert sweep()["ended"] == 60
    assert sum(name == "Query" for name, _ in requests) > SHARDS_SEARCHED
