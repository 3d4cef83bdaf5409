"""Keys of subscribers, users, clients, actors and devices: short hashes of what a token says.

They are stored, compared and put into queues in place of phone numbers. They hide nobody, for
numbers can be guessed: treat a key as the number itself. They are short because DynamoDB bills by
the size of an item. Each kind of key has a type of its own. Source: RFC 7693 (BLAKE2), RFC 4648
(base64url).
"""

import hashlib
from base64 import urlsafe_b64encode
from typing import NewType

SubscriberKey = NewType("SubscriberKey", str)
"""A subscriber: the holder of a number or SIP address. 22 characters (128 bits). The originator and
the receiver of a call, and the owners of registrations and subscriptions, are such keys."""

UserKey = NewType("UserKey", str)
"""A token's ``sub``: 22 characters (128 bits)."""

ActorKey = NewType("ActorKey", str)
"""Who may act: a user of a subscriber's number through a client, or a client alone; 11 characters
(64 bits)."""

ClientKey = NewType("ClientKey", ActorKey)
"""An API client: 11 characters (64 bits); one key for all tokens that name none. It is the key of
the actor that is this client alone."""

DeviceKey = NewType("DeviceKey", str)
"""A device of an actor: 19 characters, of which the first 11 are the actor's key."""

RegistrationKey = NewType("RegistrationKey", str)
"""A registration among those of one subscriber: 8 characters (48 bits)."""

_ACTOR_CHARACTERS = 11


def derive_subscriber_key(subscriber: str) -> SubscriberKey:
    """Return the key of a subscriber (see ``camara.address.subscriber_of``)."""
    return SubscriberKey(_hash(16, subscriber))


def derive_user_key(user: str) -> UserKey:
    """Return the key of a token's ``sub``."""
    return UserKey(_hash(16, user))


def derive_client_key(client_id: str | None) -> ClientKey:
    """Return the key of an API client, or that of no client."""
    return ClientKey(ActorKey(_hash(8, client_id or "")))


def derive_actor_key(
    subscriber_key: SubscriberKey, client_key: ClientKey, user_key: UserKey
) -> ActorKey:
    """Return the key of a user of a subscriber's number through a client."""
    return ActorKey(_hash(8, subscriber_key, client_key, user_key))


def derive_late_actor_key(subscriber_key: SubscriberKey) -> ActorKey:
    """Return the one key that a call has for all late actors of its receiver."""
    return ActorKey(_hash(8, subscriber_key, "late"))


def derive_device_key(actor_key: ActorKey, device_id: str) -> DeviceKey:
    """Return the key of an actor's device: the actor's, and 48 bits of the device's id.

    What comes behind the actor's key only has to tell the devices of that one actor apart.
    """
    return DeviceKey(actor_key + _hash(6, device_id))


def actor_key_of(device_key: DeviceKey) -> ActorKey:
    """Return the key of the actor whose device it is."""
    return ActorKey(device_key[:_ACTOR_CHARACTERS])


def derive_registration_key(client_key: ClientKey, registration_id: str) -> RegistrationKey:
    """Return the key of a client's registration.

    The client is part of it: whoever names another client's registration names none of them.
    """
    return RegistrationKey(_hash(6, client_key, registration_id))


def _hash(size: int, *identity: str) -> str:
    digest = hashlib.blake2b("\0".join(identity).encode(), digest_size=size).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
