"""Subscribers, users and clients as short hashes, so that no number becomes a key.

They keep identities apart and hide nobody, for numbers can be guessed: treat a key as the number
itself. They are short because DynamoDB bills by the size of an item. Source: RFC 7693 (BLAKE2), RFC
4648 (base64url).
"""

import hashlib
from base64 import urlsafe_b64encode


def subscriber_key(subscriber: str) -> str:
    """Return 22 characters (128 bits of BLAKE2b, base64url), the same for the same subscriber."""
    return _key(subscriber, 16)


def user_key(user: str) -> str:
    """Return 22 characters for a token's ``sub``."""
    return _key(user, 16)


def client_key(client_id: str | None) -> str:
    """Return 11 characters (64 bits) for an API client; one key for all tokens that name none."""
    return _key(client_id or "", 8)


def _key(identity: str, size: int) -> str:
    digest = hashlib.blake2b(identity.encode(), digest_size=size).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
