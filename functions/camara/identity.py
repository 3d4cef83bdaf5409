"""Subscribers, users, clients, actors and devices as short hashes, so that no number becomes a key.

They keep identities apart and hide nobody, for numbers can be guessed: treat a key as the number
itself. They are short because DynamoDB bills by the size of an item. Source: RFC 7693 (BLAKE2), RFC
4648 (base64url).
"""

import hashlib
from base64 import urlsafe_b64encode

_ACTOR_CHARACTERS = 11


def subscriber_key(subscriber: str) -> str:
    """Return 22 characters (128 bits of BLAKE2b, base64url), the same for the same subscriber."""
    return _key(16, subscriber)


def user_key(user: str) -> str:
    """Return 22 characters for a token's ``sub``."""
    return _key(16, user)


def client_key(client_id: str | None) -> str:
    """Return 11 characters (64 bits) for an API client; one key for all tokens that name none."""
    return _key(8, client_id or "")


def actor_key(number: str, client: str, user: str) -> str:
    """Return 11 characters (64 bits) for a user of a number through a client (keys, all three)."""
    return _key(8, number, client, user)


def late_actor_key(number: str) -> str:
    """Return 11 characters for whichever actor of a number (a key) a call does not know yet."""
    return _key(8, number, "late")


def device_key(actor: str, device_id: str) -> str:
    """Return 19 characters for a device of an actor: the actor's key, and 48 bits of the device.

    What comes behind the actor's key only has to tell the devices of that one actor apart.
    """
    return actor + _key(6, device_id)


def actor_of(device: str) -> str:
    """Return the key of the actor whose device it is."""
    return device[:_ACTOR_CHARACTERS]


def registration_key(client: str, registration_id: str) -> str:
    """Return 8 characters (48 bits) that tell the registrations of one number apart.

    Whoever names another client's (a key) names none of them.
    """
    return _key(6, client, registration_id)


def _key(size: int, *identity: str) -> str:
    digest = hashlib.blake2b("\0".join(identity).encode(), digest_size=size).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
