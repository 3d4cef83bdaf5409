"""As slow as AWS may be: an answer before the function is stopped, 504 if there was no time."""

from collections.abc import Callable
from typing import Any

import pytest

from aws.deadline import ATTEMPT_AND_WAIT_SECONDS
from tests.support import registration_api, subscriptions_api
from tests.support.api import Answer, a_call, delete, get, post, put
from tests.support.builders import ALICE, BOB, a_context, registration_id
from tests.support.devices import register
from tests.support.openapi import camaras_operation_ids
from tests.support.slow_aws import ATTEMPT_SECONDS, WAIT_SECONDS, Attempt, SlowAws
from tests.support.subscriptions_api import a_credential, a_subscription_request
from tests.support.table import items, unchanged
from tests.support.template import template

TIMEOUT = template()["Globals"]["Function"]["Timeout"]
LATE = "client-2"
ANSWER = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
TOKEN_OF_TWO_PARTS = a_credential(accessToken="x" * 8192)

type Send = Callable[[], Answer]


def of_a_late_receiver(send: Callable[[str, dict[str, Any]], Answer]) -> Callable[[], Send]:
    def prepare() -> Send:
        call = a_call()
        register(BOB, 2, client_id=LATE)
        return lambda: send(call, a_context(BOB, client_id=LATE))

    return prepare


late_delete = of_a_late_receiver(lambda call, context: delete(None, call, context=context))


def of_a_call(send: Callable[[str], Answer]) -> Callable[[], Send]:
    def prepare() -> Send:
        call = a_call()
        return lambda: send(call)

    return prepare


def of_a_registration(send: Callable[[str], Answer]) -> Callable[[], Send]:
    def prepare() -> Send:
        known = registration_id(ALICE)
        return lambda: send(known)

    return prepare


def of_a_subscription(send: Callable[[str], Answer]) -> Callable[[], Send]:
    def prepare() -> Send:
        made: str = subscriptions_api.post().body["id"]
        return lambda: send(made)

    return prepare


OPERATIONS: dict[str, Callable[[], Send]] = {
    "createSession": lambda: post,
    "getSessionDetailsById": of_a_call(lambda call: get(ALICE, call)),
    "updateSessionStatus": of_a_call(lambda call: put(BOB, call, "Proceeding")),
    "updateSessionStatus with SDP": of_a_call(lambda call: put(BOB, call, ANSWER)),
    "updateSessionStatus of a late receiver": of_a_late_receiver(
        lambda call, context: put(None, call, ANSWER, context=context)
    ),
    "deleteSessionById": of_a_call(lambda call: delete(ALICE, call)),
    "deleteSessionById of a late receiver": late_delete,
    "createRegistration": lambda: registration_api.post,
    "getRegistrationsByDeviceId": lambda: (
        lambda: registration_api.get_by_device(ALICE, registration_api.device_id())
    ),
    "getRegistrationById": of_a_registration(lambda id_: registration_api.get(ALICE, id_)),
    "updateRegistrationById": of_a_registration(lambda id_: registration_api.put(ALICE, id_)),
    "deleteRegistrationById": of_a_registration(lambda id_: registration_api.delete(ALICE, id_)),
    "createNotificationChannelSubscription": lambda: (
        lambda: subscriptions_api.post(
            body=a_subscription_request(sinkCredential=TOKEN_OF_TWO_PARTS)
        )
    ),
    "retrieveNotificationChannelSubscriptionList": lambda: subscriptions_api.get_all,
    "retrieveNotificationChannelSubscription": of_a_subscription(
        lambda id_: subscriptions_api.get(ALICE, id_)
    ),
    "updateNotificationChannelSubscription": of_a_subscription(
        lambda id_: subscriptions_api.put(ALICE, id_, {"sinkCredential": TOKEN_OF_TWO_PARTS})
    ),
    "deleteNotificationChannelSubscription": of_a_subscription(
        lambda id_: subscriptions_api.delete(ALICE, id_)
    ),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS)
SERVED, LOST, CONFLICT, THROTTLED = Attempt


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> SlowAws:
    return SlowAws(monkeypatch)


def test_no_operation_is_missing_here() -> None:
    assert {name.split(" ")[0] for name in OPERATIONS} == camaras_operation_ids()


@pytest.mark.usefixtures("messaging")
@every_operation
def test_an_operation_has_time_enough_for_what_is_slow_but_served(
    aws: SlowAws, operation: str
) -> None:
    send = OPERATIONS[operation]()
    aws.function_of(TIMEOUT)
    aws.begin(SERVED)

    assert send().status < 300


@pytest.mark.usefixtures("messaging")
@every_operation
@pytest.mark.parametrize(
    "outcomes",
    [
        (LOST,),
        (LOST, SERVED),
        (LOST, LOST, SERVED),
        (CONFLICT,),
        (LOST, CONFLICT),
        (THROTTLED,),
        (THROTTLED, LOST, SERVED),
    ],
    ids=lambda outcomes: ", ".join(outcome.name.lower() for outcome in outcomes),
)
def test_an_operation_answers_before_its_function_is_stopped(
    aws: SlowAws, operation: str, outcomes: tuple[Attempt, ...]
) -> None:
    send = OPERATIONS[operation]()
    aws.function_of(TIMEOUT)
    aws.begin(*outcomes)

    answer = send()

    assert aws.seconds < TIMEOUT
    assert answer.status < 300 or answer.code in {(503, "UNAVAILABLE"), (504, "TIMEOUT")}


@pytest.mark.usefixtures("messaging")
@every_operation
def test_without_time_for_a_request_none_is_made(aws: SlowAws, operation: str) -> None:
    send = OPERATIONS[operation]()

    with unchanged():
        aws.function_of(ATTEMPT_SECONDS + WAIT_SECONDS)
        aws.begin(SERVED)

        assert send().code == (504, "TIMEOUT")
        assert aws.attempts == 0


@pytest.mark.usefixtures("messaging")
def test_the_slowest_way_to_an_answer_that_there_is_time_for(aws: SlowAws) -> None:
    send = late_delete()
    aws.function_of(2 * (2 * ATTEMPT_SECONDS + WAIT_SECONDS) + ATTEMPT_AND_WAIT_SECONDS)
    aws.begin(LOST, SERVED, LOST, SERVED, SERVED)

    assert send().status == 204
    assert aws.attempts == 5


def test_what_was_done_before_the_time_was_up_is_done_when_it_is_asked_for_again(
    aws: SlowAws,
) -> None:
    call = a_call()
    aws.function_of(ATTEMPT_AND_WAIT_SECONDS + 1)
    aws.begin(LOST, SERVED)

    assert delete(ALICE, call, correlator="one").code == (504, "TIMEOUT")
    assert aws.attempts == 1
    aws.function_of(TIMEOUT)
    assert delete(ALICE, call, correlator="one").status == 204
    (version,) = (item["version"]["N"] for item in items() if item["part"]["S"] == "session")
    assert version == "3"
