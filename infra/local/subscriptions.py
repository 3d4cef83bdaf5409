"""Subscriptions to notifications of people who use the embedded stack."""

from http import HTTPStatus
from typing import Any

from infra.local.loopback_http import call
from infra.local.settings import LocalStackError
from infra.local.stack_file import Stack

SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
EVENTS = "org.camaraproject.webrtc-events-subscriptions.v0"


def request(device_id: str, event: str, sink: str) -> dict[str, Any]:
    """Return the body that subscribes a device to one type of event."""
    return {
        "protocol": "HTTP",
        "sink": sink,
        "types": [f"{EVENTS}.{event}"],
        "config": {"subscriptionDetail": {"deviceId": device_id}},
    }


def unsubscribe(stack: Stack, bearer: str, device_id: str) -> None:
    """Delete what a device is subscribed to. Raises LocalStackError for a refusal."""
    headers = {"Authorization": f"Bearer {bearer}"}
    url = f"{stack.api_url}{SUBSCRIPTIONS}"
    answer = call("GET", url, headers)
    if answer.status != HTTPStatus.OK:
        message = f"The API refuses to list subscriptions: {answer.body!r}"
        raise LocalStackError(message)
    for known in answer.json:
        if known["config"]["subscriptionDetail"]["deviceId"] == device_id:
            call("DELETE", f"{url}/{known['id']}", headers)
