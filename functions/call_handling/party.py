"""A party to a session: a short hash of the subscriber, so that no number becomes a key."""

import hashlib

NETWORK = "network"


def party_key(subscriber: str) -> str:
    """Return 32 hexadecimal digits, the same for the same subscriber.

    They name the party inside ``endings``, where DynamoDB limits an attribute name to 255
    characters. 128 bits keep two subscribers apart; they hide nobody, for numbers can be guessed:
    treat a key as the number itself.
    """
    return hashlib.blake2b(subscriber.encode(), digest_size=16).hexdigest()
