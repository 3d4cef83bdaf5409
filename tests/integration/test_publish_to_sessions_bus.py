"""PublishToSessionsBus: every change of a call is put on the bus, whatever the webhooks do."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from aws.deadline import ATTEMPT_AND_WAIT_SECONDS
from notifications.bus import session_bus
from tests.support.api import delete, post, put
from tests.support.builders import ALICE, BOB
from tests.support.faulty_dynamodb import client_error
from tests.support.messaging import (
    Requests,
    answering,
    failing,
    put_on_bus,
    subscribe,
)
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import (
    ANSWERED,
    all_told,
    numbers,
    publish,
    tell_the_bus,
)
from tests.support.session_records import of_calls
from tests.support.slow_aws import ATTEMPT_SECONDS, WAIT_SECONDS, Attempt, SlowAws
from tests.support.streams import Stream
from tests.support.sweep import sweep

pytestmark = pytest.mark.usefixtures("messaging")

FAILURES = [
    client_error("InternalException"),
    client_error("AccessDeniedException"),
    EndpointConnectionError(endpoint_url="http://a"),
]


def on_bus(requests: Requests) -> list[tuple[str, int]]:
    """Return call and number of each change that was put, or was to be."""
    details = [entry["Detail"] for entry in put_on_bus(requests)]
    return [(detail["mediaSessionId"], detail["sequenceNumber"]) for detail in details]


def changes_in(records: list[Any]) -> list[tuple[str, int]]:
    """Return call and number of each change that records tell of."""
    items = [record["dynamodb"]["NewImage"] for record in records]
    return [(item["mediaSessionId"]["S"], int(item["version"]["N"])) for item in items]


@pytest.mark.parametrize(
    ("party", "status", "reason", "sip"),
    [
        (ALICE, "SessionCancelled", "Call cancelled by originator", {"method": "CANCEL"}),
        (BOB, "Declined", "Call declined by receiver", {"status": 603, "phrase": "Decline"}),
    ],
)
def test_a_delete_is_put_with_who_did_it_and_in_sip(
    messaging: Messaging,
    session_stream: Stream,
    requests: Requests,
    party: str,
    status: str,
    reason: str,
    sip: dict[str, Any],
) -> None:
    call = post().body["mediaSessionId"]
    session_stream.records()
    delete(party, call, correlator="hung-up")

    assert tell_the_bus(session_stream.records()) == []
    [entry] = put_on_bus(requests)
    assert entry["Detail"].pop("time") == "2027-01-15T08:00:00Z"
    assert entry == {
        "EventBusName": messaging.bus,
        "Source": "webrtc-call-handling",
        "DetailType": "MediaSessionStatusChanged",
        "Detail": {
            "mediaSessionId": call,
            "sequenceNumber": 2,
            "status": status,
            "previousStatus": "Initial",
            "endedBy": "originator" if party == ALICE else "receiver",
            "reason": reason,
            "sip": sip,
        },
    }


def test_what_the_network_does_is_put_too(
    session_stream: Stream, requests: Requests, clock: FakeClock
) -> None:
    post()
    clock.now += 121
    sweep()
    tell_the_bus(session_stream.records())

    details = [entry["Detail"] for entry in put_on_bus(requests)]
    assert [(detail["endedBy"], detail["sip"]) for detail in details] == [
        (None, {"method": "INVITE"}),
        ("network", {"status": 408, "phrase": "Request Timeout"}),
    ]


def test_changes_are_put_in_order_ten_at_a_time(requests: Requests) -> None:
    records = of_calls([1, 2] * 11 + [3])

    assert tell_the_bus(records) == []
    assert on_bus(requests) == changes_in(records)
    assert [len(arguments["Entries"]) for _, arguments in requests] == [10, 10, 3]


@pytest.mark.parametrize("error", FAILURES, ids=["error", "our fault", "connection"])
@pytest.mark.parametrize("served", [0, 1, 2])
def test_from_the_first_request_that_is_not_served_on_all_comes_again(
    monkeypatch: pytest.MonkeyPatch, requests: Requests, error: Exception, served: int
) -> None:
    records = of_calls([1] * 25)
    puts: list[Any] = []

    def put_some(arguments: dict[str, Any]) -> dict[str, Any]:
        if len(puts) == served:
            raise error
        puts.append(arguments["Entries"])
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}] * len(arguments["Entries"])}

    with monkeypatch.context() as patch:
        answering(patch, "PutEvents", put_some)
        assert tell_the_bus(records) == [numbers(records)[10 * served]]
    requests.clear()

    assert tell_the_bus(records[10 * served :]) == []
    assert on_bus(requests) == changes_in(records)[10 * served :]


def test_from_the_first_change_that_is_refused_on_all_comes_again_and_none_overtakes_it(
    monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    records = of_calls([1] * 25)
    asked: list[Any] = []

    def refuse_two(arguments: dict[str, Any]) -> dict[str, Any]:
        asked.append(arguments)
        results: list[dict[str, str]] = [{"EventId": "1"} for _ in arguments["Entries"]]
        results[8] = results[3] = {"ErrorCode": "ThrottlingException", "ErrorMessage": ALICE}
        return {"FailedEntryCount": 2, "Entries": results}

    with monkeypatch.context() as patch:
        answering(patch, "PutEvents", refuse_two)
        assert tell_the_bus(records) == [numbers(records)[3]]
    assert len(asked) == 1
    requests.clear()

    assert tell_the_bus(records[3:]) == []
    assert on_bus(requests) == changes_in(records)[3:]


def test_without_time_for_a_request_none_is_made(
    monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    records = of_calls([1, 2])
    with monkeypatch.context() as patch:
        aws = SlowAws(patch)
        aws.begin(Attempt.SERVED)
        assert tell_the_bus(records, seconds=ATTEMPT_SECONDS + WAIT_SECONDS) == numbers(records)[:1]

    assert aws.attempts == 0
    requests.clear()
    assert tell_the_bus(records) == []
    assert on_bus(requests) == changes_in(records)


def test_what_was_put_in_time_does_not_come_again(
    monkeypatch: pytest.MonkeyPatch, requests: Requests
) -> None:
    records = of_calls([1] * 25)
    with monkeypatch.context() as patch:
        aws = SlowAws(patch)
        aws.begin(Attempt.SERVED)
        seconds = ATTEMPT_AND_WAIT_SECONDS + ATTEMPT_SECONDS
        assert tell_the_bus(records, seconds) == [numbers(records)[20]]

    assert aws.attempts == 2
    requests.clear()
    assert tell_the_bus(records[20:]) == []
    assert on_bus(requests) == changes_in(records)[20:]


def test_what_is_no_change_is_passed_over_by_what_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = of_calls([1] * 4)
    records[1]["dynamodb"]["OldImage"] = records[1]["dynamodb"]["NewImage"]
    refused = {"ErrorCode": "InternalFailure"}
    answer = {"FailedEntryCount": 1, "Entries": [{}, {}, refused]}
    answering(monkeypatch, "PutEvents", lambda _: answer)

    assert tell_the_bus(records) == [numbers(records)[3]]


def test_all_that_was_not_put_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"ErrorCode": "InternalFailure"}
    answer = {"FailedEntryCount": 1, "Entries": [{}, refused, *[{}] * 8]}
    answering(monkeypatch, "PutEvents", lambda _: answer)

    assert session_bus().put_each(["{}"] * 13) == [1, 10, 11, 12]


def test_a_bus_that_does_not_serve_keeps_no_webhook_waiting(
    messaging: Messaging, session_stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe()
    put(BOB, post().body["mediaSessionId"], ANSWERED)
    failing(monkeypatch, "PutEvents", client_error("InternalException"))
    records = session_stream.records()

    assert tell_the_bus(records) == numbers(records)[:1]
    assert publish(records) == []
    assert [rest[1] for _, *rest in all_told(messaging.queue)] == [2]


@pytest.mark.parametrize("operation", ["BatchGetItem", "SendMessageBatch"])
def test_webhooks_that_cannot_be_told_do_not_keep_the_bus_waiting(
    session_stream: Stream, monkeypatch: pytest.MonkeyPatch, requests: Requests, operation: str
) -> None:
    subscribe()
    put(BOB, post().body["mediaSessionId"], ANSWERED)
    failing(monkeypatch, operation, client_error("InternalServerError"))
    records = session_stream.records()

    assert len(publish(records)) == 1
    requests.clear()
    assert tell_the_bus(records) == []
    assert [name for name, _ in requests] == ["PutEvents"]
    assert len(on_bus(requests)) == 2
