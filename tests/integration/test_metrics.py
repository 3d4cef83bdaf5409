"""What the operator counts: every metric with exactly these dimensions."""

import pytest

from tests.support import registration_api, subscriptions_api
from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, EVE, NOBODY, NOW, a_context, a_two_legged_context
from tests.support.clients import on
from tests.support.devices import register
from tests.support.emf import metrics_in
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import failing, subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import publish
from tests.support.streams import Stream
from tests.support.subscription_ends import end
from tests.support.sweep import end_expired_subscriptions, sweep
from tests.support.table import SUBSCRIPTIONS

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
            assert unit == ("Seconds" if name.endswith("Lag") else "Count")
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

    put(BOB, call, {"status": "Connected", "answer": {"sdp": "v=0"}})
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


@pytest.mark.parametrize("late", [False, True])
def test_who_ended_it_whatever_the_token_and_the_client(counted: Counted, *, late: bool) -> None:
    call, other = a_call("Initial"), ""
    register(BOB, 2, client_id="client-2")
    context = a_context(BOB, client_id="client-2")
    if not late:
        call, other = a_call("Initial"), a_call("Initial")
    counted()

    delete(None, call, context=context, correlator="one")
    delete(None, call, context=context, correlator="one")
    told = ("SessionEnded", 1, {"status": "Declined", "endedBy": "receiver"})
    assert counted() == [told]

    if other:
        delete(None, other, context=a_two_legged_context("client-2"))
        assert counted() == [told]


def test_a_client_alone_that_placed_the_call_is_the_originator(counted: Counted) -> None:
    device = register(ALICE, 2, client_id="client-2")
    context = a_context(client_id="client-2")
    call = post(context=context, headers=on(device)).body["mediaSessionId"]
    counted()

    delete(None, call, context=a_two_legged_context("client-2"))
    assert counted() == [
        ("SessionEnded", 1, {"status": "SessionCancelled", "endedBy": "originator"})
    ]


def test_refusals_are_counted_by_operation_and_code(counted: Counted) -> None:
    call = a_call()
    counted()

    delete(EVE, call)
    delete(NOBODY, call)
    get(ALICE, "unknown")
    put(ALICE, call, "Busy")
    post(context=a_context(scope=""))
    post(headers={"registrationId": "unknown"})

    assert counted() == [
        ("Refused", 1, {"operation": operation, "code": code})
        for operation, code in [
            ("deleteSessionById", "INVALID_TOKEN_CONTEXT"),
            ("deleteSessionById", "IDENTIFIER_NOT_FOUND"),
            ("getSessionDetailsById", "NOT_FOUND"),
            ("updateSessionStatus", "INCOMPATIBLE_STATE"),
            ("createSession", "PERMISSION_DENIED"),
            ("createSession", "INVALID_TOKEN_CONTEXT"),
        ]
    ]


def test_registrations_are_counted_when_they_are_created_and_refreshed(counted: Counted) -> None:
    known = registration_api.registered()
    registration_api.put(NOBODY, known)
    registration_api.get(NOBODY, known)
    registration_api.get_by_device(NOBODY, registration_api.device_id())
    registration_api.post(NOBODY)
    registration_api.delete(NOBODY, known)
    registration_api.put(NOBODY, known)

    assert counted() == [
        ("RegistrationCreated", 1, {}),
        ("RegistrationRefreshed", 1, {}),
        ("Refused", 1, {"operation": "createRegistration", "code": "ALREADY_EXISTS"}),
        ("Refused", 1, {"operation": "updateRegistrationById", "code": "NOT_FOUND"}),
    ]


def test_of_what_is_done_with_a_subscription_its_creation_is_counted(counted: Counted) -> None:
    known = subscriptions_api.subscribed()
    subscriptions_api.put(ALICE, known)
    subscriptions_api.get(ALICE, known)
    subscriptions_api.get_all()
    subscriptions_api.post(NOBODY)
    subscriptions_api.delete(ALICE, known)

    refused = {
        "operation": "createNotificationChannelSubscription",
        "code": "SUBSCRIPTION_MISMATCH",
    }
    assert counted() == [("SubscriptionCreated", 1, {}), ("Refused", 1, refused)]


def test_a_sweep_is_counted(counted: Counted, clock: FakeClock) -> None:
    for _ in range(3):
        a_call()
    counted()
    clock.now += 150
    sweep()

    assert counted() == [
        ("SessionEnded", 3, {"status": "NoAnswer", "endedBy": "network"}),
        ("SweepFound", 3, {"swept": "sessions"}),
        ("SweepEnded", 3, {"swept": "sessions"}),
        ("SweepSkipped", 0, {"swept": "sessions"}),
        ("SweepMediaKept", 0, {"swept": "sessions"}),
        ("SweepMalformed", 0, {"swept": "sessions"}),
        ("SweepLeft", 0, {"swept": "sessions"}),
        ("SweepLag", 30, {"swept": "sessions"}),
    ]


def test_subscriptions_are_counted_when_they_begin_and_end(
    counted: Counted, messaging: Messaging, clock: FakeClock
) -> None:
    del messaging
    stream = Stream(SUBSCRIPTIONS)
    subscribed = subscriptions_api.post().body["id"]
    assert counted() == [("SubscriptionCreated", 1, {})]

    subscriptions_api.delete(ALICE, subscribed)
    subscribe(ends_at=NOW + 60)
    assert counted() == []

    clock.now += 67
    end_expired_subscriptions()
    assert counted() == [
        ("SweepFound", 1, {"swept": "subscriptions"}),
        ("SweepEnded", 1, {"swept": "subscriptions"}),
        ("SweepLeft", 0, {"swept": "subscriptions"}),
        ("SweepLag", 7, {"swept": "subscriptions"}),
    ]

    publish(stream.records())
    assert counted() == [
        ("SubscriptionEnded", 1, {"reason": reason})
        for reason in ("SUBSCRIPTION_DELETED", "SUBSCRIPTION_EXPIRED")
    ]


def test_a_record_that_comes_again_is_counted_and_one_that_is_told_is_not(
    counted: Counted, messaging: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    del messaging
    stream = Stream(SUBSCRIPTIONS)
    end(subscribe())
    records = stream.records()
    with monkeypatch.context() as patch:
        failing(patch, "SendMessageBatch", client_error("InternalError"))
        publish(records)
    assert counted() == [
        ("RecordFailed", 1, {"function": "PublishEvents", "stream": "subscriptions"})
    ]

    publish(records)
    assert [name for name, _, _ in counted()] == ["SubscriptionEnded"]
