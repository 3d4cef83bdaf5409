"""What the operator counts: every metric with exactly these dimensions."""

import pytest

from tests.integration.conftest import FakeClock
from tests.integration.test_end_stale_sessions import sweep
from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, EVE, a_context
from tests.support.emf import metrics_in

SERVICE = "webrtc-test"


class Counted:
    """The metrics since last asked, without namespace and service, which are always the same."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self) -> list[tuple[str, float, dict[str, str]]]:
        counted = []
        for namespace, name, dimensions, unit, value in metrics_in(self._capsys.readouterr().out):
            labels = dict(dimensions)
            assert namespace == "WebRTCCallHandling"
            assert labels.pop("service") == SERVICE
            assert unit == ("Seconds" if name == "SweepLag" else "Count")
            counted.append((name, value, labels))
        return counted


@pytest.fixture
def counted(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", SERVICE)
    return Counted(capsys)


def test_a_call_is_counted_when_it_is_created_answered_and_ended(counted: Counted) -> None:
    call = post().body["mediaSessionId"]
    assert counted() == [("SessionCreated", 1, {})]

    put(BOB, call, "Ringing")
    assert counted() == []

    put(BOB, call, {"status": "Connected", "answer": {"sdp": "v=0"}})
    assert counted() == [("SessionAnswered", 1, {})]

    put(BOB, call, "Hold")
    get(BOB, call)
    assert counted() == []

    delete(BOB, call, correlator="one")
    assert counted() == [("SessionEnded", 1, {"status": "Terminated", "endedBy": "receiver"})]

    delete(BOB, call, correlator="one")
    assert counted() == []


@pytest.mark.parametrize(
    ("party", "status", "role"),
    [(ALICE, "SessionCancelled", "originator"), (BOB, "Declined", "receiver")],
)
def test_who_ended_it(counted: Counted, party: str, status: str, role: str) -> None:
    call, other = a_call(), a_call()
    counted()

    delete(party, call)
    put(party, other, status)

    assert counted() == [("SessionEnded", 1, {"status": status, "endedBy": role})] * 2


def test_refusals_are_counted_by_operation_and_code(counted: Counted) -> None:
    call = a_call()
    counted()

    delete(EVE, call)
    get(ALICE, "unknown")
    put(ALICE, call, "Busy")
    post(context=a_context(scope=""))

    assert counted() == [
        ("Refused", 1, {"operation": operation, "code": code})
        for operation, code in [
            ("deleteSessionById", "INVALID_TOKEN_CONTEXT"),
            ("getSessionDetailsById", "NOT_FOUND"),
            ("updateSessionStatus", "INCOMPATIBLE_STATE"),
            ("createSession", "PERMISSION_DENIED"),
        ]
    ]


def test_a_sweep_is_counted(counted: Counted, time_stands_still: FakeClock) -> None:
    for _ in range(3):
        a_call()
    counted()
    time_stands_still.now += 150
    sweep()

    assert counted() == [
        ("SessionEnded", 3, {"status": "NoAnswer", "endedBy": "network"}),
        ("SweepFound", 3, {}),
        ("SweepEnded", 3, {}),
        ("SweepSkipped", 0, {}),
        ("SweepMalformed", 0, {}),
        ("SweepLeft", 0, {}),
        ("SweepLag", 30, {}),
    ]
