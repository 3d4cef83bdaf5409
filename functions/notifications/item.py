"""Subscriptions and audiences as DynamoDB items: ``number`` and ``subscriptionId`` are the key.

``number`` is the key of a subscriber, with ``audience#`` in front for an audience. The keys of the
index ``StaleSubscriptions`` (``staleShard``, and ``staleAt``: when the sweep is to look at it) are
there while a subscription has not ended. The sink's access token is stored encrypted. Times are
Unix seconds.
"""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from aws.stale_index import stale_shard
from camara.identity import SubscriberKey
from camara.scope import EventType
from camara.unix_time import UnixSeconds
from notifications.audience import Audience, Listener
from notifications.subscription import Credential, Subscription, TerminationReason

_AUDIENCE = "audience"
_PREFIX, _, _ = EventType.SESSION_STATUS.rpartition(".")

_KEPT_AFTER_ITS_END = 24 * 3600
_SWEEP_OUTAGE = 7 * 24 * 3600

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def key(owner: str, subscription_id: str) -> dict[str, Any]:
    """Return the key of a subscription."""
    return {"number": {"S": owner}, "subscriptionId": {"S": subscription_id}}


def audience_key(subscriber_key: SubscriberKey) -> dict[str, Any]:
    """Return the key of the audience of a subscriber.

    It is in a partition of its own, where what clients do to subscriptions does not slow it down.
    """
    return key(f"{_AUDIENCE}#{subscriber_key}", _AUDIENCE)


def subscriber_key_of(item: Mapping[str, Any]) -> SubscriberKey:
    """Return the subscriber whose audience an item is."""
    owner: str = item["number"]["S"]
    return SubscriberKey(owner.removeprefix(f"{_AUDIENCE}#"))


def subscription_item(subscription: Subscription) -> dict[str, Any]:
    """Return the item, without attributes that have no value."""
    credential = subscription.credential
    attributes: dict[str, Any] = {
        "number": subscription.subscriber_key,
        "subscriptionId": subscription.subscription_id,
        "actor": subscription.actor,
        "client": subscription.client,
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
        "failingSince": subscription.failing_since,
        "probe": subscription.probe,
        "failures": subscription.failures,
        "failedAt": subscription.failed_at,
        "workedAt": subscription.worked_at,
        "clearedAt": subscription.cleared_at,
        "behindSince": subscription.behind_since,
        "told": dict(subscription.told),
        "toldUntil": subscription.told_until,
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
    ended = values.get("terminationReason")
    return Subscription(
        subscriber_key=values["number"],
        subscription_id=values["subscriptionId"],
        actor=values["actor"],
        client=values["client"],
        device_id=values["deviceId"],
        type=EventType(values["type"]),
        sink=values["sink"],
        starts_at=int(values["startsAt"]),
        ends_at=int(values["endsAt"]),
        max_events=_integer(values.get("maxEvents")),
        credential=_credential(values),
        version=int(values["version"]),
        delivered=int(values["delivered"]),
        last_event_id=values["lastEventId"],
        failing_since=_integer(values.get("failingSince")),
        probe=values["probe"],
        failures=int(values["failures"]),
        failed_at=int(values["failedAt"]),
        worked_at=_integer(values.get("workedAt")),
        cleared_at=int(values["clearedAt"]),
        behind_since=_integer(values.get("behindSince")),
        told={subject: int(version) for subject, version in values["told"].items()},
        told_until=int(values["toldUntil"]),
        ended=None if ended is None else TerminationReason(ended),
        ended_at=_integer(values.get("endedAt")),
    )


def subscription_from_image(image: Mapping[str, Any]) -> Subscription:
    """Read a stream's image without the credential, which is in Base64 there, and not needed."""
    return subscription_from({name: value for name, value in image.items() if name != "credential"})


def audience_item(audience: Audience, now: UnixSeconds) -> dict[str, Any]:
    """Return the item; an empty audience is stored too, until time to live removes it."""
    listeners = audience.listeners.values()
    attributes = {
        "version": audience.version,
        "listeners": {
            known.subscription_id: {
                "type": known.type.removeprefix(f"{_PREFIX}."),
                "device": known.device,
                "client": known.client,
                "startsAt": known.starts_at,
                "endsAt": known.ends_at,
                "failing": known.failing,
            }
            for known in listeners
        },
        "expiresAt": max((known.ends_at for known in listeners), default=now) + _SWEEP_OUTAGE,
    }
    its_key = audience_key(audience.subscriber_key)
    return its_key | {name: _serialize(value) for name, value in attributes.items()}


def audience_from(subscriber_key: SubscriberKey, item: Mapping[str, Any] | None) -> Audience:
    """Read the audience of a subscriber, an empty one where there is none.

    Without boto3's deserializer, for speed: publishers read nothing more often.
    """
    if item is None:
        return Audience(subscriber_key)
    listeners = {}
    for subscription_id, entry in item["listeners"]["M"].items():
        values = entry["M"]
        listeners[subscription_id] = Listener(
            subscriber_key=subscriber_key,
            subscription_id=subscription_id,
            type=EventType(f"{_PREFIX}.{values['type']['S']}"),
            device=values["device"]["S"],
            client=values["client"]["S"],
            starts_at=int(values["startsAt"]["N"]),
            ends_at=int(values["endsAt"]["N"]),
            failing=values["failing"]["BOOL"],
        )
    return Audience(subscriber_key, int(item["version"]["N"]), listeners)


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)


def _credential(values: Mapping[str, Any]) -> Credential | None:
    if "credential" not in values:
        return None
    ciphertext = tuple(bytes(part) for part in values["credential"])
    return Credential(ciphertext, int(values["credentialExpiresAt"]))
