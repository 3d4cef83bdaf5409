"""Response body of a subscription: CAMARA's ``Subscription``, without the sink's access token."""

from typing import Any

from aws.clock import rfc3339
from camara.unix_time import UnixSeconds
from notifications.subscription import Subscription


def subscription_response(subscription: Subscription, now: UnixSeconds) -> dict[str, Any]:
    """Return the body for a subscription as it is ``now``.

    Its ``config`` is the one in effect: the expiry is there, also if the client asked for none.
    """
    config: dict[str, Any] = {
        "subscriptionDetail": {"deviceId": subscription.device_id},
        "subscriptionExpireTime": rfc3339(subscription.ends_at),
    }
    if subscription.max_events is not None:
        config["subscriptionMaxEvents"] = subscription.max_events
    return {
        "protocol": "HTTP",
        "sink": subscription.sink,
        "types": [subscription.type.value],
        "config": config,
        "id": subscription.subscription_id,
        "startsAt": rfc3339(subscription.starts_at),
        "expiresAt": rfc3339(subscription.ends_at),
        "status": _status(subscription, now),
    }


def _status(subscription: Subscription, now: UnixSeconds) -> str:
    """Return CAMARA's word; one whose sink fails is temporarily inactive."""
    if not subscription.is_active(now):
        return "EXPIRED"
    return "INACTIVE" if subscription.is_failing(now) else "ACTIVE"
