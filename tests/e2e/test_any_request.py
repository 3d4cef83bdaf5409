"""Whatever is sent to the embedded stack: an answer that ``infra/openapi.yaml`` documents.

Never a fault, always ``{status, code, message}`` or what was asked for; what breaks a schema is
refused, and what breaks none is not.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from infra.local.settings import HOST
from infra.local.stack_file import Stack
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.requests_from_openapi import (
    Case,
    Sender,
    keeps_the_rules_in_words,
    openapi,
)
from tests.support.stack.subscriber import Line, Subscriber

EXAMPLES = 10
"""Of each operation, beside those of the document and its bounds."""

ANYTHING = openapi(EXAMPLES)
ABOUT_A_CALL = openapi(EXAMPLES).include(path_regex="mediaSessionId")
ABOUT_A_DEVICE = openapi(EXAMPLES).include(path_regex="webrtc-registration.*registrationId")
NEW_SUBSCRIPTION = openapi(EXAMPLES).include(
    method="POST", path_regex="webrtc-events-subscriptions"
)
ABOUT_A_SUBSCRIPTION = openapi(EXAMPLES).include(
    path_regex="webrtc-events-subscriptions.*subscriptionId"
)
NOBODYS_SINK = f"https://{HOST}:1024/nobody"
"""Whatever is notified here, nobody is."""


@pytest.fixture(scope="module")
def sender(stack: Stack) -> Iterator[Sender]:
    client = Sender(stack)
    yield client
    client.close()


@pytest.fixture(scope="module")
def stranger(somebody: Callable[[], Subscriber]) -> Subscriber:
    """Registers whatever comes."""
    return somebody()


@pytest.fixture(scope="module")
def owner(somebody: Callable[[], Subscriber]) -> Subscriber:
    """Registers a phone, again and again if need be."""
    return somebody()


@ANYTHING.parametrize()
def test_any_request(
    case: Case, sender: Sender, api: EmbeddedApi, alice: Subscriber, stranger: Subscriber
) -> None:
    # Nobody else is to run out of room for registrations.
    who = stranger if "registration" in case.path else alice

    sender.send(case, api.token(**who.claims), negative_data_rejection)


@ABOUT_A_CALL.parametrize()
def test_any_request_about_a_call(case: Case, sender: Sender, api: EmbeddedApi, line: Line) -> None:
    case.path_parameters["mediaSessionId"] = line.call()
    if _is_positive(case) and "registrationId" in case.headers:
        case.headers.update(line.bob.which)
    checks = [negative_data_rejection]
    if _is_to_be_accepted(case):
        checks.append(positive_data_acceptance)

    sender.send(case, api.token(**line.bob.claims), *checks)


@ABOUT_A_DEVICE.parametrize()
def test_any_request_about_a_device(
    case: Case, sender: Sender, api: EmbeddedApi, owner: Subscriber
) -> None:
    case.path_parameters["registrationId"] = owner.with_device().registration_id
    checks = [negative_data_rejection]
    if _is_to_be_accepted(case):
        checks.append(positive_data_acceptance)

    sender.send(case, api.token(**owner.claims), *checks)


@NEW_SUBSCRIPTION.parametrize()
def test_any_new_subscription(
    case: Case, sender: Sender, api: EmbeddedApi, somebody: Callable[[], Subscriber]
) -> None:
    subscriber = somebody().with_device()
    if _is_positive(case):
        # The device is to be the caller's, and nobody on the network is to be notified.
        body: Any = case.body
        body["sink"] = NOBODYS_SINK
        body["config"]["subscriptionDetail"]["deviceId"] = subscriber.device_id()

    sender.send(case, api.token(**subscriber.claims), negative_data_rejection)


@ABOUT_A_SUBSCRIPTION.parametrize()
def test_any_request_about_a_subscription(
    case: Case, sender: Sender, api: EmbeddedApi, somebody: Callable[[], Subscriber]
) -> None:
    subscriber = somebody().with_device()
    created = subscriber.subscribe("session-status", NOBODYS_SINK)
    case.path_parameters["subscriptionId"] = created.body["id"]

    sender.send(case, api.token(**subscriber.claims), negative_data_rejection)


def _is_positive(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def _is_to_be_accepted(case: Case) -> bool:
    if not _is_positive(case):
        return False
    if isinstance(case.body, dict) and "registrationExpireTime" in case.body:
        return False  # for it may be in the past
    return not isinstance(case.body, dict) or keeps_the_rules_in_words(case.body)
