"""The Registration API without a gateway; every answer is held against ``infra/openapi.yaml``."""

import uuid
from typing import Any

from tests.support.api import Answer, invoke
from tests.support.builders import ALICE, a_context

REGISTRATIONS = "/webrtc-registration/v0.4/sessions"
REGISTRATION = "/webrtc-registration/v0.4/sessions/{registrationId}"


def device_id(number: int = 1) -> str:
    """The same for the same number, and none that the devices of the fixtures have."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"device of the API {number}"))


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
