"""A deployment may refuse the properties of request bodies that CAMARA does not declare."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import api, registration_api, subscriptions_api
from tests.support.api import Answer
from tests.support.builders import ALICE, BOB, NOBODY, a_call_request
from tests.support.on_moto import Messaging

UNKNOWN = {"future": 1}


def place_a_call(unknown: dict[str, Any]) -> Answer:
    return api.post(body=a_call_request() | unknown)


def change_a_call(unknown: dict[str, Any]) -> Answer:
    return api.put(BOB, api.a_call("Initial"), {"status": "Ringing"} | unknown)


def register(unknown: dict[str, Any]) -> Answer:
    return registration_api.post(NOBODY, registration_api.a_registration_request() | unknown)


def refresh(unknown: dict[str, Any]) -> Answer:
    return registration_api.put(NOBODY, registration_api.registered(), {} | unknown)


def subscribe(unknown: dict[str, Any]) -> Answer:
    return subscriptions_api.post(body=subscriptions_api.a_subscription_request(config=unknown))


def update_a_subscription(unknown: dict[str, Any]) -> Answer:
    body = {"sinkCredential": subscriptions_api.a_credential(**unknown)}
    return subscriptions_api.put(ALICE, subscriptions_api.subscribed(), body)


OPERATIONS = [place_a_call, change_a_call, register, refresh, subscribe, update_a_subscription]


@pytest.mark.parametrize("operate", OPERATIONS)
@pytest.mark.parametrize(("setting", "refused"), [("ignore", False), ("refuse", True)])
def test_they_are_ignored_or_refused(
    operate: Callable[[dict[str, Any]], Answer],
    setting: str,
    refused: bool,  # noqa: FBT001
    messaging: Messaging,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del messaging
    monkeypatch.setenv("UNKNOWN_PROPERTIES", setting)

    answer = operate(UNKNOWN)

    assert (answer.code == (400, "INVALID_ARGUMENT")) is refused
    assert (answer.status < 300) is not refused
