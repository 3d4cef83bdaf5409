"""Registered devices of people who use the embedded stack: found, registered and deregistered."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from infra.local.loopback_http import Answer, call
from infra.local.settings import LocalStackError
from infra.local.stack_file import Stack

REGISTRATIONS = "/webrtc-registration/v0.4/sessions"


def found(stack: Stack, bearer: str, device_id: str) -> list[dict[str, Any]]:
    """Return the active registrations of a device for the number that the token is of."""
    listed: list[dict[str, Any]] = _answer(stack, bearer, "GET", f"?deviceId={device_id}").json
    return listed


def registered(stack: Stack, bearer: str, device_id: str, seconds: int) -> dict[str, Any]:
    """Register a device, or refresh its registration, for that long or as long as may be.

    Return the registration.
    """
    until = datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC)
    body = {"registrationExpireTime": until.isoformat(timespec="seconds")}
    registration: dict[str, Any]
    for known in found(stack, bearer, device_id):
        refreshed = _answer(stack, bearer, "PUT", f"/{known['registrationId']}", body)
        registration = refreshed.json
        return registration
    registration = _answer(stack, bearer, "POST", "", body | {"deviceId": device_id}).json
    return registration


def deregister(stack: Stack, bearer: str, device_id: str) -> None:
    """Delete what there is of a device."""
    for known in found(stack, bearer, device_id):
        _answer(stack, bearer, "DELETE", f"/{known['registrationId']}")


def _answer(stack: Stack, bearer: str, method: str, path: str, body: Any = None) -> Answer:
    """Raise LocalStackError for a refusal."""
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    text = None if body is None else json.dumps(body)
    answer = call(method, f"{stack.api_url}{REGISTRATIONS}{path}", headers, text)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        message = f"The API refuses to {method} a registration: {answer.body!r}"
        raise LocalStackError(message)
    return answer
