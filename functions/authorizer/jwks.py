"""JSON Web Key Set: which of an issuer's keys may verify a token.

Source: RFC 7517 (JWK); RFC 8725, JWT best current practices.
"""

import json

import jwt

ALGORITHMS = (
    "RS256", "RS384", "RS512",
    "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512",
    "EdDSA",
)  # fmt: skip
"""Asymmetric ones only: with HMAC the public key would be the secret."""


def usable_keys(body: bytes) -> dict[str, jwt.PyJWK]:
    """Return the keys of a key set that can verify a token, by ``kid``.

    Raises ValueError (and RecursionError) for what is no JSON, or has no such key.
    """
    document = json.loads(body)
    members = document.get("keys") if isinstance(document, dict) else None
    keys: dict[str, jwt.PyJWK] = {}
    for member in members if isinstance(members, list) else []:
        key = _usable_key(member)
        if key is not None:
            keys.setdefault(str(key.key_id), key)
    if not keys:
        message = "no usable key in the key set"
        raise ValueError(message)
    return keys


def _usable_key(member: object) -> jwt.PyJWK | None:
    if not isinstance(member, dict) or not isinstance(member.get("kid"), str):
        return None
    try:
        key = jwt.PyJWK(member)
        weak = key.Algorithm.check_key_length(key.key)
    # A key of another kind than those we know is no fault of the others in the set.
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError, NotImplementedError):
        return None
    usable = key.public_key_use in (None, "sig") and key.algorithm_name in ALGORITHMS and not weak
    return key if usable else None
