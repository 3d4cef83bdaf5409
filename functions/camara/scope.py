"""CAMARA's scopes, and the types of event that some of them are made of.

All that a token can allow its client to do. ``infra/openapi.yaml`` documents the same, which
``tests/contract/test_routes.py`` holds against this. Source: the ``securitySchemes`` of CAMARA
WebRTC Call Handling, Registration and Events Subscriptions; CAMARA API Design Guide, 6.6.
"""

from enum import StrEnum

_VERSIONED = "org.camaraproject.webrtc-events-subscriptions.v0."


class EventType(StrEnum):
    """CAMARA's ``SubscriptionEventType``, and the one that nobody has to subscribe to."""

    SESSION_INVITATION = _VERSIONED + "session-invitation"
    SESSION_STATUS = _VERSIONED + "session-status"
    REGISTRATION_ENDS = _VERSIONED + "registration-ends"
    SUBSCRIPTION_ENDED = _VERSIONED + "subscription-ended"


class Scope(StrEnum):
    """The scopes of operations; to subscribe there is one for each type of event."""

    SESSIONS_CREATE = "webrtc-call-handling:sessions:create"
    SESSIONS_READ = "webrtc-call-handling:sessions:read"
    SESSIONS_WRITE = "webrtc-call-handling:sessions:write"
    SESSIONS_DELETE = "webrtc-call-handling:sessions:delete"
    REGISTRATIONS_CREATE = "webrtc-registration:sessions:create"
    REGISTRATIONS_READ = "webrtc-registration:sessions:read"
    REGISTRATIONS_WRITE = "webrtc-registration:sessions:write"
    REGISTRATIONS_DELETE = "webrtc-registration:sessions:delete"
    SUBSCRIPTIONS_READ = "webrtc-events-subscriptions:read"
    SUBSCRIPTIONS_UPDATE = "webrtc-events-subscriptions:update"
    SUBSCRIPTIONS_DELETE = "webrtc-events-subscriptions:delete"


CREATE_SCOPES: dict[EventType, str] = {
    event_type: f"webrtc-events-subscriptions:{event_type}:create"
    for event_type in EventType
    if event_type is not EventType.SUBSCRIPTION_ENDED
}
"""The types of event that can be subscribed to, each with the scope that it takes."""

ALL_SCOPES: tuple[str, ...] = (*Scope, *CREATE_SCOPES.values())
