"""Subscriptions as DynamoDB items: ``number`` and ``subscriptionId`` are the key.

The keys of the index ``StaleSubscriptions`` (``staleShard``, ``staleAt``: when it is due) are
there while the subscription has not ended. The sink's access token is there encrypted only. Times
are Unix seconds.
"""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from camara.stale_index import stale_shard
from events.subscription import Credential, EventType, Subscription, TerminationReason

_KEPT_AFTER_ITS_END = 24 * 3600
_SWEEP_OUTAGE = 7 * 24 * 3600

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def key(number: str, subscription_id: str) -> dict[str, Any]:
    """Return the key of a subscription."""
    return {"number": {"S": number}, "subscriptionId": {"S": subscription_id}}


def subscription_item(subscription: Subscription) -> dict[str, Any]:
    """Return the item, without what there is not."""
    credential = subscription.credential
    attributes: dict[str, Any] = {
        "number": subscription.number,
        "subscriptionId": subscription.subscription_id,
        "actor": subscription.actor,
        "deviceId": subscription.device_id,
        "type": subscription.type.value,
        "sink": subscription.sink,
        "startsAt": subscription.starts_at,
        "endsAt": subscription.ends_at,
        "maxEvents": subscription.max_events,
        "credential": [Binary(part) for part in credential.ciphertext] if credential else None,
        "credentialExpiresAt": credential.expires_at if credential else None,
        "version": subscription.version,
        "delivered": subscription.delivered,
        "lastEventId": subscription.last_event_id,
    }
    if subscription.ended is None:
        attributes["staleShard"] = stale_shard(subscription.subscription_id)
        attributes["staleAt"] = subscription.due_at
        attributes["expiresAt"] = subscription.ends_at + _SWEEP_OUTAGE
    else:
        attributes["terminationReason"] = subscription.ended.value
        attributes["endedAt"] = subscription.ended_at
        attributes["expiresAt"] = (subscription.ended_at or 0) + _KEPT_AFTER_ITS_END
    return {name: _serialize(value) for name, value in attributes.items() if value is not None}


def subscription_from(item: Mapping[str, Any]) -> Subscription:
    """Read an item."""
    values = {name: _deserialize(value) for name, value in item.items()}
    ended, ended_at = values.get("terminationReason"), values.get("endedAt")
    most = values.get("maxEvents")
    return Subscription(
        number=values["number"],
        subscription_id=values["subscriptionId"],
        actor=values["actor"],
        device_id=values["deviceId"],
        type=EventType(values["type"]),
        sink=values["sink"],
        starts_at=int(values["startsAt"]),
        ends_at=int(values["endsAt"]),
        max_events=None if most is None else int(most),
        credential=_credential(values),
        version=int(values["version"]),
        delivered=int(values["delivered"]),
        last_event_id=values["lastEventId"],
        ended=None if ended is None else TerminationReason(ended),
        ended_at=None if ended_at is None else int(ended_at),
    )


def subscription_from_image(image: Mapping[str, Any]) -> Subscription:
    """Read a stream's image, without the credential: that is Base64 there, and not for a stream."""
    return subscription_from({name: value for name, value in image.items() if name != "credential"})


def _credential(values: Mapping[str, Any]) -> Credential | None:
    if "credential" not in values:
        return None
    ciphertext = tuple(bytes(part) for part in values["credential"])
    return Credential(ciphertext, int(values["credentialExpiresAt"]))
