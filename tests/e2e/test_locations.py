"""Whatever is created is where ``Location`` leads to from the URL of the request."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest

from infra.local.stack_file import Stack
from tests.e2e.subscriber import EVENTS, REGISTRATIONS, SUBSCRIPTIONS, Subscriber
from tests.support.builders import a_call_request


def a_call(_: Subscriber) -> Any:
    return a_call_request()


def a_device(who: Subscriber) -> Any:
    return {"deviceId": who.device_id("another")}


def a_subscription(who: Subscriber) -> Any:
    return {
        "protocol": "HTTP",
        "sink": "https://app.example.com/hook",
        "types": [f"{EVENTS}.session-status"],
        "config": {"subscriptionDetail": {"deviceId": who.device_id()}},
    }


@pytest.mark.parametrize("final_slash", ["", "/"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/webrtc/sessions", a_call),
        ("/webrtc-call-handling/v0.4/sessions", a_call),
        (REGISTRATIONS, a_device),
        (SUBSCRIPTIONS, a_subscription),
    ],
)
def test_what_is_created_is_at_its_location(
    stack: Stack,
    alice: Subscriber,
    somebody: Callable[[], Subscriber],
    path: str,
    final_slash: str,
    body: Callable[[Subscriber], Any],
) -> None:
    who = alice if body is a_call else somebody().with_device()
    asked = path + final_slash

    created = who.send("POST", asked, body(who), who.which)

    assert created.status == 201
    url = urljoin(f"{stack.api_url}{asked}", created.headers["location"])
    read = who.send("GET", url.removeprefix(stack.api_url))
    assert (read.status, read.body) == (200, created.body)
