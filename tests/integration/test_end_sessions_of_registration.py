"""EndSessionsOfRegistration: the calls of a device end with its registration."""

from typing import TYPE_CHECKING

import pytest

from tests.support.api import a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, NOBODY, NOW, a_call_request, a_context
from tests.support.devices import register
from tests.support.emf import metrics_in
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error
from tests.support.on_moto import FakeClock
from tests.support.registration_ends import end_sessions, ended_by, without
from tests.support.sweep import end_expired_registrations as end_expired
from tests.support.table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANSWERED = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}


@pytest.mark.parametrize(("status", "end"), [("Ringing", "NoAnswer"), ("Hold", "Terminated")])
@pytest.mark.parametrize(("gone", "other"), [(ALICE, BOB), (BOB, ALICE)])
def test_a_call_ends_with_the_device_of_either_end(
    table: "DynamoDBClient", gone: str, other: str, status: str, end: str
) -> None:
    call = a_call(status)

    assert end_sessions(without(gone)) == []
    assert get(other, call).body["status"] == end
    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["endedBy"] == {"S": "network"}
    assert item["endReason"] == {"S": "registration deleted"}


def test_the_reason_is_that_of_the_registration(table: "DynamoDBClient", clock: FakeClock) -> None:
    device = register(NOBODY, expires_at=NOW + 60)
    request = a_call_request(originatorAddress=f"tel:{NOBODY}")
    call = post(NOBODY, request, headers={"registrationId": device}).body["mediaSessionId"]
    clock.now += 60

    assert end_sessions(ended_by(end_expired, NOBODY)) == []
    key = {"mediaSessionId": {"S": call}, "part": {"S": "session"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]
    assert item["endReason"] == {"S": "registration expired"}


def test_calls_of_other_devices_and_of_other_people_go_on() -> None:
    second = register(ALICE, 2)
    calls = [
        a_call(),
        post(ALICE, headers={"registrationId": second}).body["mediaSessionId"],
        post(BOB, a_call_request(originatorAddress=f"tel:{BOB}", receiverAddress=f"tel:{NOBODY}")),
    ]

    end_sessions(without(ALICE))

    assert get(BOB, calls[0]).body["status"] == "NoAnswer"
    assert get(BOB, calls[1]).body["status"] == "Initial"
    assert get(BOB, calls[2].body["mediaSessionId"]).body["status"] == "Initial"


def test_it_goes_on_ringing_while_the_receiver_has_a_device() -> None:
    register(BOB, 2)
    call = a_call()

    end_sessions(without(BOB, 1))
    assert get(ALICE, call).body["status"] == "Ringing"

    end_sessions(without(BOB, 2))
    assert get(ALICE, call).body["status"] == "NoAnswer"


def test_an_answered_call_ends_with_the_device_that_answered() -> None:
    tablet = register(BOB, 2)
    first, second = a_call(), a_call()
    put(BOB, first, ANSWERED, headers={"registrationId": tablet})
    put(BOB, second, ANSWERED)

    end_sessions(without(BOB, 2))

    assert get(ALICE, first).body["status"] == "Terminated"
    assert get(ALICE, second).body["status"] == "Connected"


@pytest.mark.parametrize("whose", [{"client_id": "client-2"}, {"sub": "second user"}])
def test_an_answered_call_ends_with_the_actor_that_answered(whose: dict[str, str]) -> None:
    register(BOB, 2, **whose)
    call = a_call()
    put(BOB, call, ANSWERED, context=a_context(BOB, **whose))

    end_sessions(without(BOB, 1))
    assert get(ALICE, call).body["status"] == "Connected"

    end_sessions(without(BOB, 2))
    assert get(ALICE, call).body["status"] == "Terminated"


def test_a_device_that_was_registered_since_keeps_the_call_ringing() -> None:
    call = a_call()
    records = without(BOB)
    register(BOB, 2)

    end_sessions(records)
    assert get(ALICE, call).body["status"] == "Ringing"


def test_it_ends_with_the_last_device_though_that_was_registered_while_it_rang(
    clock: FakeClock,
) -> None:
    call = a_call()
    clock.now += 1
    register(BOB, 2, made_at=clock.now)

    end_sessions(without(BOB, 1))
    assert get(ALICE, call).body["status"] == "Ringing"

    end_sessions(without(BOB, 2))
    assert get(ALICE, call).body["status"] == "NoAnswer"


def test_a_call_to_a_number_that_had_no_device_does_not_end_with_one_that_came_and_went() -> None:
    call = post(body=a_call_request(receiverAddress=f"tel:{NOBODY}")).body["mediaSessionId"]
    register(NOBODY, client_id="client-2", made_at=NOW)

    end_sessions(without(NOBODY))
    assert get(ALICE, call).body["status"] == "Initial"


def test_an_answered_call_does_not_end_with_a_device_that_only_rang() -> None:
    register(BOB, 2, sub="second user")
    call = a_call("Connected")

    end_sessions(without(BOB, 2))
    assert get(ALICE, call).body["status"] == "Connected"

    end_sessions(without(BOB, 1))
    assert get(ALICE, call).body["status"] == "Terminated"


def test_once_more_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call, over = a_call(), a_call()
    delete(ALICE, over)
    records = without(BOB)
    end_sessions(records)
    capsys.readouterr()

    assert end_sessions(records * 2) == []
    assert get(ALICE, call).body["status"] == "NoAnswer"
    assert get(BOB, over).body["status"] == "SessionCancelled"
    assert "SessionEnded" not in capsys.readouterr().out


def test_an_end_is_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call()
    records = without(ALICE)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webrtc-test")
    capsys.readouterr()
    end_sessions(records)

    counted = [(m.name, dict(m.dimensions), m.value) for m in metrics_in(capsys.readouterr().out)]
    service = {"service": "webrtc-test"}
    assert counted == [
        ("SessionEnded", service | {"status": "NoAnswer", "endedBy": "network"}, 1),
        ("RegistrationEnded", service | {"reason": "deleted"}, 1),
    ]


def test_what_cannot_be_dealt_with_comes_again(
    dynamo: FaultyDynamoDB, capsys: pytest.CaptureFixture[str]
) -> None:
    a_call()
    records = without(ALICE)
    dynamo.fail(client_error("InternalServerError"))

    assert end_sessions(records) == [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]
    [failed] = [m for m in metrics_in(capsys.readouterr().out) if m.name == "RecordFailed"]
    assert dict(failed.dimensions)["function"] == "EndSessionsOfRegistration"


def test_what_there_is_no_time_for_comes_again() -> None:
    call = a_call()
    records = without(ALICE)

    assert len(end_sessions(records, looks=0)) == 1
    assert end_sessions(records) == []
    assert get(BOB, call).body["status"] == "NoAnswer"


def test_a_record_that_makes_no_sense_comes_again_with_those_after_it_and_no_other() -> None:
    call = a_call()
    keys = {"owner": {"S": "number#x"}}
    broken = [
        {"dynamodb": {"Keys": keys, "NewImage": {"x": 1}, "SequenceNumber": number}}
        for number in ("8", "9")
    ]

    assert end_sessions([*without(ALICE), *broken]) == [{"itemIdentifier": "8"}]
    assert get(BOB, call).body["status"] == "NoAnswer"
