"""The Subscription API without a gateway; every answer is held against ``infra/openapi.yaml``."""

from collections.abc import Callable
from typing import Any

from camara.identity import SubscriberKey
from notifications.subscription import Subscription
from tests.support.api import Answer, invoke
from tests.support.audiences import stored_subscriptions
from tests.support.builders import ALICE, ALICE_KEY, SINK, a_context, a_registration

SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
SUBSCRIPTION = "/webrtc-events-subscriptions/v0.3/subscriptions/{subscriptionId}"

INVITATION, STATUS, REGISTRATION_ENDS, SUBSCRIPTION_ENDED = (
    f"org.camaraproject.webrtc-events-subscriptions.v0.{name}"
    for name in ("session-invitation", "session-status", "registration-ends", "subscription-ended")
)
TOKEN = "made-up-sink-token"
DEVICE = a_registration().device_id
DAY = 24 * 3600


def at(seconds: int) -> str:
    """A time so many seconds from now, if that is less than a minute or whole days away."""
    return f"2027-01-{15 + seconds // DAY:02}T08:00:{seconds % DAY:02}Z"


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
        "config": {"subscriptionDetail": {"deviceId": DEVICE}} | (config or {}),
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
    """Invoke updateNotificationChannelSubscription; another end if not said."""
    request.setdefault("context", a_context(subscriber))
    sent = {"config": {"subscriptionExpireTime": at(10 * DAY)}} if body is None else body
    return invoke("PUT", SUBSCRIPTION, subscription_id, body=sent, **request)


def delete(subscriber: Any, subscription_id: str | None, **request: Any) -> Answer:
    """Invoke deleteNotificationChannelSubscription."""
    request.setdefault("context", a_context(subscriber))
    return invoke("DELETE", SUBSCRIPTION, subscription_id, **request)


def subscribed(subscriber: str = ALICE, *types: str, **config: Any) -> str:
    """Subscribe; return the id of the subscription."""
    answer = post(subscriber, a_subscription_request(*types, config=config))
    assert answer.status == 201
    return str(answer.body["id"])


def stored(number: SubscriberKey = ALICE_KEY) -> list[Subscription]:
    """Return all subscriptions that are stored of a number, active or not."""
    return stored_subscriptions(number)


OF_ONE: dict[str, Callable[..., Answer]] = {"read": get, "update": put, "delete": delete}
"""What is done to one subscription: subscriber and id come first."""
