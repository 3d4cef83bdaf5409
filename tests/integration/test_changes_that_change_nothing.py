"""PUT of what is so already: told, and written only if the call's lease has to move."""

from typing import Any

import pytest

from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, NOW, a_call_request, a_location
from tests.support.clients import ANSWER, FORBIDDEN_BY_THE_STATE, NOT_FOUND, names
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.sweep import sweep
from tests.support.table import items, session_item, unchanged

TENTH = 4320
"""Seconds: of the lease of an answered call."""


def all_but_the_lease() -> list[dict[str, Any]]:
    lease = {"staleAt", "deadline", "expiresAt"}
    return [{name: value for name, value in item.items() if name not in lease} for item in items()]


@pytest.mark.parametrize("party", [ALICE, BOB])
@pytest.mark.parametrize("status", ["Initial", "Ringing", "Connected", "Hold", "Resume"])
@pytest.mark.parametrize("seconds", [0, 11])
def test_nothing_is_written(
    requests: Requests, clock: FakeClock, party: str, status: str, seconds: int
) -> None:
    call = a_call(status)
    clock.now += seconds
    requests.clear()

    with unchanged():
        told = put(party, call, status)
        assert (told.status, told.body["status"]) == (200, status)
        assert names(requests) == ["Query"]
    assert told.body == get(party, call).body


def test_nor_is_the_same_sdp_or_the_same_location(requests: Requests) -> None:
    here = a_location()
    call = post(body=a_call_request(locationDetails=here)).body["mediaSessionId"]
    there = {"locationDetails": a_location(method="Other")}
    put(BOB, call, ANSWER | there)
    requests.clear()

    with unchanged():
        assert put(ALICE, call, get(ALICE, call).body).status == 200
        assert put(BOB, call, ANSWER | there).status == 200
        assert set(names(requests)) == {"Query"}


def test_another_location_is_a_change(requests: Requests) -> None:
    call = a_call("Connected")
    for method in ("GPS", "Other"):
        requests.clear()
        put(BOB, call, {"status": "Connected", "locationDetails": a_location(method=method)})
        assert names(requests) == ["Query", "TransactWriteItems"]


@pytest.mark.parametrize(
    ("seconds", "stale_at"), [(12, NOW + 12 + 120), (60, NOW + 180), (100, NOW + 180)]
)
def test_a_lease_that_moves_by_a_tenth_is_one_write_and_no_change(
    requests: Requests, clock: FakeClock, seconds: int, stale_at: int
) -> None:
    call = a_call()
    before = all_but_the_lease()
    clock.now += seconds
    requests.clear()

    assert put(BOB, call, "Ringing").status == 200
    assert names(requests) == ["Query", "PutItem"]
    assert session_item()["deadline"] == {"N": str(stale_at)}
    assert all_but_the_lease() == before


@pytest.mark.parametrize("party", [ALICE, BOB])
@pytest.mark.parametrize("status", ["Connected", "Hold"])
def test_that_of_an_answered_call_too_and_nothing_beside_it(
    requests: Requests, clock: FakeClock, status: str, party: str
) -> None:
    call = a_call(status)
    before = all_but_the_lease()
    for _ in range(2):
        clock.now += TENTH
        requests.clear()

        assert put(party, call, status).status == 200
        assert names(requests) == ["Query", "PutItem"]
        assert session_item()["deadline"] == {"N": str(clock.now + 43_200)}
    assert all_but_the_lease() == before


@pytest.mark.parametrize(("status", "seconds"), [("Ringing", 11), ("Connected", TENTH - 1)])
def test_one_that_moves_by_less_is_no_write(
    requests: Requests, clock: FakeClock, status: str, seconds: int
) -> None:
    call = a_call(status)
    clock.now += seconds
    requests.clear()

    assert put(BOB, call, status).status == 200
    assert names(requests) == ["Query"]


def test_a_call_rings_no_longer_than_it_may_however_often_it_is_said(
    requests: Requests, clock: FakeClock
) -> None:
    call = a_call()
    clock.now += 60
    put(BOB, call, "Ringing")
    clock.now += 60
    requests.clear()

    assert put(BOB, call, "Ringing").status == 200
    assert names(requests) == ["Query"]
    clock.now += 59
    assert sweep()["ended"] == 0
    clock.now += 1
    assert sweep()["ended"] == 1


def test_what_was_renewed_is_not_swept(clock: FakeClock) -> None:
    call = a_call("Connected")
    for _ in range(3):
        clock.now += 43_199
        assert put(ALICE, call, "Connected").status == 200
        assert sweep()["ended"] == 0
    clock.now += 43_200
    assert sweep()["ended"] == 1


def test_a_renewal_that_meets_an_end_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    call = a_call()
    clock.now += 12
    after_the_end: list[Any] = []

    def hang_up() -> None:
        delete(ALICE, call)
        after_the_end.extend(items())

    just_before(monkeypatch, "PutItem", hang_up)

    assert put(BOB, call, "Ringing").code == NOT_FOUND
    assert items() == after_the_end


def test_a_renewal_that_meets_a_change_is_decided_again(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    call = a_call()
    clock.now += 12
    just_before(monkeypatch, "PutItem", lambda: put(BOB, call, ANSWER))

    assert put(BOB, call, "Ringing").code == FORBIDDEN_BY_THE_STATE
    assert get(BOB, call).body["status"] == "Connected"
