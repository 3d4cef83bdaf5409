"""The Registration API without a gateway; every answer is held against ``infra/openapi.yaml``."""

import uuid
from collections.abc import Callable
from typing import Any

from tests.support.api import Answer, invoke
from tests.support.builders import ALICE, NOBODY, a_context

REGISTRATIONS = "/webrtc-registration/v0.4/sessions"
REGISTRATION = "/webrtc-registration/v0.4/sessions/{registrationId}"


def device_id(number: int = 1) -> str:
    """The same for the same number, and none that the devices of the fixtures have."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"device of the API {number}"))


def at(seconds: float, zone: str = "Z") -> str:
    """A time so many seconds from now, on the day that ``NOW`` begins at eight o'clock."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"2027-01-15T{8 + int(hours):02}:{int(minutes):02}:{rest:0>6.3f}{zone}"


def a_registration_request(expiry: Any = None, device: int = 1) -> dict[str, Any]:
    """The body of a POST; the expiry is left out if it is ``None``."""
    body = {"deviceId": device_id(device), "registrationExpireTime": expiry}
    return {name: value for name, value in body.items() if value is not None}


def post(subscriber: Any = ALICE, body: Any = None, **request: Any) -> Answer:
    """Invoke createRegistration."""
    request.setdefault("context", a_context(subscriber))
    sent = {"deviceId": device_id()} if body is None else body
    return invoke("POST", REGISTRATIONS, body=sent, **request)


def get(subscriber: Any, registration_id: str | None, **request: Any) -> Answer:
    """Invoke getRegistrationById."""
    request.setdefault("context", a_context(subscriber))
    return invoke("GET", REGISTRATION, registration_id, **request)


def get_by_device(subscriber: Any, *device_ids: str, **request: Any) -> Answer:
    """Invoke getRegistrationsByDeviceId; ``device_ids`` are all that the query says."""
    request.setdefault("context", a_context(subscriber))
    request.setdefault("query", {"deviceId": list(device_ids)} if device_ids else None)
    return invoke("GET", REGISTRATIONS, **request)


def put(subscriber: Any, registration_id: str | None, body: Any = None, **request: Any) -> Answer:
    """Invoke updateRegistrationById, without a body unless there is one."""
    request.setdefault("context", a_context(subscriber))
    return invoke("PUT", REGISTRATION, registration_id, body=body, **request)


def delete(subscriber: Any, registration_id: str | None, **request: Any) -> Answer:
    """Invoke deleteRegistrationById."""
    request.setdefault("context", a_context(subscriber))
    return invoke("DELETE", REGISTRATION, registration_id, **request)


def registered(subscriber: str = NOBODY, device: int = 1, expiry: Any = None, **claims: Any) -> str:
    """Register a device; return the id of the registration."""
    context = a_context(subscriber, **claims)
    answer = post(subscriber, a_registration_request(expiry, device), context=context)
    assert answer.status == 201
    return str(answer.body["registrationId"])


OF_ONE: dict[str, Callable[..., Answer]] = {"read": get, "write": put, "delete": delete}
"""What is done to one registration: subscriber and id come first."""

OF_THE_NUMBER: dict[str, dict[str, Any]] = {
    "another client": {"client_id": "client-2"},
    "no client": {"client_id": None},
    "another user": {"sub": "another user"},
    "no user": {"sub": None},
}
"""Claims of others who act for the same number."""
