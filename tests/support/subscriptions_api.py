"""The Subscription API without a gateway; every answer is held against ``infra/openapi.yaml``."""

from typing import Any

from tests.support.api import Answer, invoke
from tests.support.builders import ALICE, SINK, a_context, a_registration

SUBSCRIPTIONS = "/webrtc-events/v0.3/subscriptions"
SUBSCRIPTION = "/webrtc-events/v0.3/subscriptions/{subscriptionId}"

INVITATION, STATUS, REGISTRATION_ENDS, SUBSCRIPTION_ENDED = (
    f"org.camaraproject.webrtc-events.v0.{name}"
    for name in ("session-invitation", "session-status", "registration-ends", "subscription-ended")
)
TOKEN = "made-up-sink-token"


def a_credential(**changes: Any) -> dict[str, Any]:
    """A sink's access token; a property set to ``None`` is left out."""
    credential = {
        "credentialType": "ACCESSTOKEN",
        "accessTokenType": "bearer",
        "accessToken": TOKEN,
        "accessTokenExpiresUtc": "2027-02-01T00:00:00Z",
    } | changes
    return {name: value for name, value in credential.items() if value is not None}


def a_subscription_request(
    *types: str, config: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """The body of a POST for everybody's first device; ``None`` is left out, ``config`` added."""
    body = {
        "protocol": "HTTP",
        "sink": SINK,
        "types": list(types) or [STATUS],
        "config": {"subscriptionDetail": {"deviceId": a_registration().device_id}} | (config or {}),
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def post(subscriber: Any = ALICE, body: Any = None, **request: Any) -> Answer:
    """Invoke createNotificationChannelSubscription."""
    request.setdefault("context", a_context(subscriber))
    sent = a_subscription_request() if body is None else body
    return invoke("POST", SUBSCRIPTIONS, body=sent, **request)


def get_all(subscriber: Any = ALICE, **request: Any) -> Answer:
    """Invoke retrieveNotificationChannelSubscriptionList."""
    request.setdefault("context", a_context(subscriber))
    return invoke("GET", SUBSCRIPTIONS, **request)


def get(subscriber: Any, subscription_id: str | None, **request: Any) -> Answer:
    """Invoke retrieveNotificationChannelSubscription."""
    request.setdefault("context", a_context(subscriber))
    return invoke("GET", SUBSCRIPTION, subscription_id, **request)


def put(subscriber: Any, subscription_id: str | None, body: Any = None, **request: Any) -> Answer:
    """Invoke updateNotificationChannelSubscription, with an empty object unless there is more."""
    request.setdefault("context", a_context(subscriber))
    return invoke(
        "PUT", SUBSCRIPTION, subscription_id, body={} if body is None else body, **request
    )


def delete(subscriber: Any, subscription_id: str | None, **request: Any) -> Answer:
    """Invoke deleteNotificationChannelSubscription."""
    request.setdefault("context", a_context(subscriber))
    return invoke("DELETE", SUBSCRIPTION, subscription_id, **request)
