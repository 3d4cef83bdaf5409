"""Registers as DynamoDB items: one item for each owner, with its registrations in a map.

``owner`` (the partition key) is ``number#<key>`` or ``user#<key>``. The keys of the sparse index
``StaleRegisters`` (``staleShard``, and ``staleAt``: the first expiry) are there while a number has
registrations. ``ended`` has the registrations that ended lately. ``endedSome`` says whether this
very write has ended any: the filter of the stream's readers looks for it. Times are Unix seconds.
"""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from aws.stale_index import stale_shard
from camara.identity import SubscriberKey, UserKey
from camara.unix_time import UnixSeconds
from registration.register import Ended, Reason, Register, Registration

_NUMBER = "number#"
_USER = "user#"
_SWEEP_OUTAGE = 7 * 24 * 3600

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def subscriber_owner(subscriber_key: str) -> str:
    """Return the owner of a number's register."""
    return _NUMBER + subscriber_key


def user_owner(user_key: UserKey) -> str:
    """Return the owner of a user's register."""
    return _USER + user_key


def subscriber_key_of(owner: str) -> SubscriberKey:
    """Return the ``subscriber_key`` of the number whose register this is."""
    return SubscriberKey(owner.removeprefix(_NUMBER))


def register_item(register: Register, write_id: str, now: UnixSeconds) -> dict[str, Any]:
    """Return the item; an empty register is stored too, until time to live removes it."""
    expiries = [known.expires_at for known in register.registrations.values()]
    attributes: dict[str, Any] = {
        "owner": register.owner,
        "version": register.version,
        "writeId": write_id,
        "registrations": {
            known.registration_id: _attributes(known) for known in register.registrations.values()
        },
        "expiresAt": max(expiries, default=now) + _SWEEP_OUTAGE,
    }
    if register.owner.startswith(_NUMBER):
        attributes["endedSome"] = bool(register.just_ended)
        attributes["ended"] = [
            {
                "registrationId": end.registration.registration_id,
                "reason": end.reason.value,
                "endedAt": end.at,
                "endedIn": end.version,
                **_attributes(end.registration),
            }
            for end in register.ended
        ]
        if expiries:
            attributes["staleShard"] = stale_shard(register.owner)
            attributes["staleAt"] = min(expiries)
    return {name: _serialize(value) for name, value in attributes.items()}


def register_from(owner: str, item: Mapping[str, Any] | None) -> Register:
    """Read the register of ``owner``, an empty one where there is none."""
    if not item:
        return Register(owner)
    values = {name: _deserialize(value) for name, value in item.items()}
    return Register(
        owner=owner,
        version=int(values["version"]),
        registrations={
            registration_id: _registration(registration_id, attributes)
            for registration_id, attributes in values["registrations"].items()
        },
        ended=tuple(
            Ended(
                _registration(end["registrationId"], end),
                Reason(end["reason"]),
                int(end["endedAt"]),
                int(end["endedIn"]),
            )
            for end in values.get("ended", ())
        ),
    )


def _attributes(registration: Registration) -> dict[str, Any]:
    return {
        "deviceId": registration.device_id,
        "actor": registration.actor,
        "client": registration.client,
        "user": registration.user,
        "madeAt": registration.made_at,
        "expiresAt": registration.expires_at,
    }


def _registration(registration_id: str, attributes: Mapping[str, Any]) -> Registration:
    return Registration(
        registration_id=registration_id,
        device_id=attributes["deviceId"],
        actor=attributes["actor"],
        client=attributes["client"],
        user=attributes["user"],
        made_at=int(attributes["madeAt"]),
        expires_at=int(attributes["expiresAt"]),
    )
