"""The issuer's keys, by ``kid``: fetched when needed, and kept while the issuer is down.

Source: RFC 7517 (JWK); RFC 8725, JWT best current practices.
"""

import json
import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

import jwt

ALGORITHMS = (
    "RS256", "RS384", "RS512",
    "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512",
    "EdDSA",
)  # fmt: skip
"""Asymmetric ones only: with HMAC the public key would be the secret."""

_FRESH_SECONDS = 600
"""So long a key that the issuer has withdrawn may still serve, if the issuer answers."""

_KEPT_SECONDS = 24 * 3600
"""So long the last good keys serve while the issuer does not answer, or answers with none."""

_COOLDOWN_SECONDS = 30
_RETRY_SECONDS = 5
"""After a fetch that failed: when keys are missing. With keys at hand it is the cooldown."""

_WAIT_SECONDS = 3
_GIVE_UP_SECONDS = 10
"""A fetch that takes longer than anybody waits may still serve the next one who asks."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class JwksUnavailable(Exception):
    """The issuer's keys cannot be had, so no token can be judged now."""


class UnknownKey(Exception):
    """The issuer has, as far as is known yet, no such key; it may be a new one."""


class Fetch(Protocol):
    """A fetch under way; ``Download`` is one."""

    body: bytes | None
    """What was fetched, ``None`` if nothing was."""

    def wait(self, seconds: float) -> bool:
        """Wait for its end so long at most; tell whether it has come."""

    def give_up(self) -> None:
        """End it."""


class Jwks:
    """The issuer's key set, fetched when first needed and again after ten minutes.

    A token with an unknown ``kid`` has it fetched anew, at most every 30 seconds: a flood of bad
    tokens is no flood of requests. There is one fetch at a time, for 10 seconds at most, and nobody
    waits for it for longer than 3. What it brings replaces the keys at hand only if there is a
    usable one in it.
    """

    def __init__(self, uri: str, fetch: Callable[[str], Fetch]) -> None:
        self._uri = uri
        self._fetch = fetch
        self._lock = Lock()
        self._running: Fetch | None = None
        self._running_since = 0.0
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._no_fetch_before = float("-inf")

    @property
    def is_trustworthy(self) -> bool:
        """Whether nobody on the way can put keys of their own in: https, or no way at all."""
        uri = urlsplit(self._uri)
        return uri.scheme == "https" or uri.hostname in _LOOPBACK

    def key(self, kid: str) -> jwt.PyJWK:
        """Return the key of this id. Raises ``UnknownKey`` and, without any, ``JwksUnavailable``.

        Takes 3 seconds at most, as does a fetch by another thread that it may have to wait for.
        """
        with self._lock:
            if kid not in self._keys or self._age() >= _FRESH_SECONDS:
                self._refresh()
            if self._age() >= _KEPT_SECONDS:
                self._keys = {}
            if not self._keys:
                raise JwksUnavailable
            if kid not in self._keys:
                raise UnknownKey
            return self._keys[kid]

    def _age(self) -> float:
        # Not the monotonic clock, which may stand still while Lambda has the process frozen.
        return time.time() - self._fetched_at

    def _refresh(self) -> None:
        # Who has keys waits once for a fetch; without any nobody can go on.
        seconds = 0 if self._running and self._keys else _WAIT_SECONDS
        if self._running is None:
            if time.time() < self._no_fetch_before:
                return
            self._running, self._running_since = self._fetch(self._uri), time.time()
        if not self._running.wait(seconds):
            # Not the thread's own clock, for Lambda may have it frozen.
            if time.time() < self._running_since + _GIVE_UP_SECONDS:
                return
            self._running.give_up()
        keys = _usable_keys(self._running.body)
        self._running, now = None, time.time()
        if keys:
            self._keys, self._fetched_at = keys, now
        self._no_fetch_before = now + (_COOLDOWN_SECONDS if self._keys else _RETRY_SECONDS)


def _usable_keys(body: bytes | None) -> dict[str, jwt.PyJWK]:
    """Return the keys of a key set that can verify a token; none for what is no key set."""
    if body is None:
        return {}
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    members = document.get("keys") if isinstance(document, dict) else None
    keys: dict[str, jwt.PyJWK] = {}
    for member in members if isinstance(members, list) else []:
        key = _usable_key(member)
        if key is not None:
            keys.setdefault(str(key.key_id), key)
    return keys


def _usable_key(member: object) -> jwt.PyJWK | None:
    if not isinstance(member, dict) or not isinstance(member.get("kid"), str):
        return None
    try:
        key = jwt.PyJWK(member)
        weak = key.Algorithm.check_key_length(key.key)
    # A key of another kind than those we know is no fault of the others in the set.
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError):
        return None
    usable = key.public_key_use in (None, "sig") and key.algorithm_name in ALGORITHMS and not weak
    return key if usable else None
