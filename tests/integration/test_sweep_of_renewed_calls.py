"""The index does not follow a call that is renewed while it rings: the sweep does, if it must."""

from typing import TYPE_CHECKING

import pytest

from call_handling.store import session_store
from tests.performance.cost import costed
from tests.support.api import a_call, delete, get, put
from tests.support.builders import ALICE, BOB, NOW
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.sweep import sweep
from tests.support.table import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RING = 120
SETUP = 180
ANSWER = {"status": "Connected", "answer": {"sdp": "v=0"}}


@pytest.mark.parametrize("status", ["Initial", "Ringing", "Waiting"])
def test_a_change_of_a_call_that_rings_costs_the_index_nothing(
    table: "DynamoDBClient", clock: FakeClock, status: str
) -> None:
    call = a_call("Initial")
    clock.now += 13

    answer, cost = costed(table, lambda: put(BOB, call, status))

    assert answer.status == 200
    assert (cost.write_units, dict(cost.of_indexes)) == (1, {})


def test_a_call_ends_when_its_last_lease_has_passed(clock: FakeClock, requests: Requests) -> None:
    """It is found where the first lease had put it, and is given another place, once."""
    call = a_call("Initial")
    clock.now += 50
    put(BOB, call, "Ringing")
    clock.now = NOW + RING
    requests.clear()

    assert sweep().items() >= {"found": 1, "skipped": 1, "ended": 0, "mediaKept": 0}.items()
    assert [name for name, _ in requests if name != "Query"] == ["UpdateItem", "PutItem"]
    assert sweep()["found"] == 0
    clock.now = NOW + 50 + RING - 1
    assert sweep()["found"] == 0
    clock.now += 1
    assert sweep()["ended"] == 1
    assert get(BOB, call).body["status"] == "NoAnswer"


@pytest.mark.parametrize("meanwhile", ["renewed", "answered", "ended"])
def test_what_happens_to_it_between_the_look_and_the_write_is_not_undone(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    call = a_call("Initial")
    clock.now += 20
    put(BOB, call, "Ringing")
    clock.now = NOW + RING

    def happens() -> None:
        match meanwhile:
            case "renewed":
                assert put(BOB, call, "Ringing").status == 200
            case "answered":
                put(BOB, call, ANSWER)
            case "ended":
                delete(ALICE, call)

    just_before(monkeypatch, "PutItem", happens)

    assert sweep()["ended"] == 0
    clock.now = NOW + 179
    assert sweep()["ended"] == 0
    clock.now += 1
    assert sweep()["ended"] == (meanwhile == "renewed")
    status = {"renewed": "NoAnswer", "answered": "Connected", "ended": "SessionCancelled"}
    assert get(BOB, call).body["status"] == status[meanwhile]


def test_a_change_that_makes_its_lease_no_longer_is_not_undone_either(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = a_call("Initial")
    clock.now = NOW + SETUP - RING
    put(BOB, call, "Ringing")
    clock.now = NOW + RING
    just_before(monkeypatch, "PutItem", lambda: put(BOB, call, "Waiting"))

    assert sweep()["ended"] == 0
    assert get(BOB, call).body["status"] == "Waiting"
    clock.now = NOW + SETUP
    assert sweep()["ended"] == 1


def test_of_a_call_that_is_over_nothing_says_when_it_is_due_and_no_sweep_writes_to_it(
    clock: FakeClock,
) -> None:
    """It may be found while it lives, and be over when it is looked after."""
    call = a_call("Initial")
    clock.now += 50
    put(BOB, call, "Ringing")
    assert delete(ALICE, call, correlator="repeated").status == 204
    over = items()

    assert not session_store().look_after(call, NOW + RING)
    assert items() == over
    (session,) = (item for item in over if item["part"]["S"] == "session")
    assert not {"endings", "staleShard", "staleAt", "deadline"} & session.keys()
