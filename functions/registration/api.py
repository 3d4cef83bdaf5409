"""The Registration API: ``/webrtc-registration/v0.4/sessions``.

The number that a registration is for is the token's subscriber; no client may register a number of
its own choice. A registration belongs to its actor: for another number, another user or another API
client it looks as if it did not exist.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from snapshot_restore_py import register_before_snapshot

from aws import clock, metrics
from camara.actor import Actor
from camara.address import is_e164
from camara.caller import Caller
from camara.errors import MissingPhoneNumber, PermissionDenied, UnnecessaryIdentifier
from camara.identity import SubscriberKey, UserKey, derive_subscriber_key
from camara.scope import Scope
from http_api.operation import Dispatcher, operation
from http_api.request import Request
from http_api.response import Response, json_response, no_content
from registration.bodies import RegistrationQuery, RegSessionRequest, RegSessionUpdate
from registration.register import Registration
from registration.resource import reg_session_response
from registration.settings import lifetimes
from registration.store import registration_store

_SESSIONS = "/webrtc-registration/v0.4/sessions"
_SESSION = _SESSIONS + "/{registrationId}"


@operation("createRegistration", "POST", _SESSIONS, Scope.REGISTRATIONS_CREATE)
def create_registration(request: Request, caller: Caller) -> Response:
    """Register a device; answers 201 with ``RegSessionResponse`` and ``Location``."""
    now = clock.now()
    sent = request.json_object()
    _require_permission(sent, caller)
    body = RegSessionRequest.parse(sent)
    expires_at = lifetimes().expiry(body.requested_expiry(), now)
    _require_number_from_token_only(body, caller)
    subscriber, subscriber_key, actor = _owner(caller)
    registration = Registration(
        registration_id=str(uuid4()),
        device_id=body.device_id,
        actor=actor.key,
        client=actor.client,
        user=actor.user or UserKey(""),
        made_at=now,
        expires_at=expires_at,
    )
    registration_store().create(subscriber_key, registration, now)
    registration_id = registration.registration_id
    request.note_id("registrationId", registration_id)
    metrics.count("RegistrationCreated")
    return json_response(
        201,
        reg_session_response(subscriber, registration_id, expires_at),
        Location=request.location_of(registration_id),
    )


@operation("getRegistrationsByDeviceId", "GET", _SESSIONS, Scope.REGISTRATIONS_READ)
def get_registrations_by_device_id(request: Request, caller: Caller) -> Response:
    """Show the registrations of a device; answers 200 with ``RegSessionResponse`` in a list."""
    device_id = RegistrationQuery.parse({"deviceId": request.query("deviceId")}).device_id
    subscriber, subscriber_key, actor = _owner(caller)
    register = registration_store().of_subscriber(subscriber_key)
    found = [
        reg_session_response(subscriber, known.registration_id, known.expires_at)
        for known in register.active_of(actor, clock.now())
        if known.device_id == device_id
    ]
    return json_response(200, found)


@operation("getRegistrationById", "GET", _SESSION, Scope.REGISTRATIONS_READ)
def get_registration_by_id(request: Request, caller: Caller) -> Response:
    """Show a registration; answers 200 with ``RegSessionResponse``."""
    registration_id = request.path_id("registrationId")
    subscriber, subscriber_key, actor = _owner(caller)
    known = (
        registration_store().of_subscriber(subscriber_key).find(registration_id, actor, clock.now())
    )
    return json_response(200, reg_session_response(subscriber, registration_id, known.expires_at))


@operation("updateRegistrationById", "PUT", _SESSION, Scope.REGISTRATIONS_WRITE)
def update_registration_by_id(request: Request, caller: Caller) -> Response:
    """Move the expiry, counted from now; answers 200 with ``RegSessionResponse``."""
    now = clock.now()
    registration_id = request.path_id("registrationId")
    body = RegSessionUpdate.parse(request.json_object() if request.has_body else {})
    expires_at = lifetimes().expiry(body.requested_expiry(), now)
    subscriber, _, actor = _owner(caller)
    registration_store().refresh(actor, registration_id, expires_at, now)
    metrics.count("RegistrationRefreshed")
    return json_response(200, reg_session_response(subscriber, registration_id, expires_at))


@operation("deleteRegistrationById", "DELETE", _SESSION, Scope.REGISTRATIONS_DELETE)
def delete_registration_by_id(request: Request, caller: Caller) -> Response:
    """End a registration; answers 204."""
    registration_id = request.path_id("registrationId")
    request.require_no_body()
    _, _, actor = _owner(caller)
    registration_store().delete(actor, registration_id, clock.now())
    return no_content()


def _require_permission(sent: Mapping[str, Any], caller: Caller) -> None:
    """Raise ``PermissionDenied`` for a number that a token without a subscriber is to register.

    CAMARA leaves it to the operator which clients may do so; here none may. It is checked before
    the rest of the body, for 403 comes before 400.
    """
    number = sent.get("phoneNumber")
    if caller.subscriber is None and isinstance(number, str) and is_e164(number):
        raise PermissionDenied


def _require_number_from_token_only(body: RegSessionRequest, caller: Caller) -> None:
    """Raise ``MissingPhoneNumber`` or ``UnnecessaryIdentifier`` unless the token alone names it."""
    if caller.subscriber is None:
        raise MissingPhoneNumber
    if body.phone_number is not None:
        raise UnnecessaryIdentifier


def _owner(caller: Caller) -> tuple[str, SubscriberKey, Actor]:
    """Return the subscriber, its key, and the actor. Raises ``IdentifierNotFound``."""
    subscriber = caller.require_subscriber()
    return subscriber, derive_subscriber_key(subscriber), Actor.of(caller)


handler = Dispatcher(
    create_registration,
    get_registrations_by_device_id,
    get_registration_by_id,
    update_registration_by_id,
    delete_registration_by_id,
)

register_before_snapshot(registration_store)
