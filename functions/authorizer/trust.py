"""Cache of the issuer's settings and keys: refreshed when needed, kept while nobody answers.

Source: RFC 8725, JWT best current practices; AWS Architecture Blog, "Exponential Backoff and
Jitter".
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import SystemRandom
from threading import Lock
from typing import Protocol

import jwt

from authorizer.settings import Settings

_FRESH_SECONDS = 540
"""Then a cooldown and a fetch may follow: what is withdrawn serves for ten minutes at most."""

_JITTER_SECONDS = 60
"""Up to so much earlier, at random: processes that began together are not to ask together again.

Systems Manager answers 40 times a second, for the whole account.
"""

_KEPT_SECONDS = 24 * 3600
"""So long the last good ones serve while AWS or the issuer does not answer, or not with such."""

_COOLDOWN_SECONDS = 30
_RETRY_SECONDS = 5
"""After a fetch that failed: when keys are missing. With keys at hand it is the cooldown."""

_WAIT_SECONDS = 3
_GIVE_UP_SECONDS = 10
"""A fetch that takes longer than anybody waits may still serve the next one who asks."""

_OUTDATED_SECONDS = _GIVE_UP_SECONDS + _COOLDOWN_SECONDS
"""Then what it finds serves nobody: Lambda has had the process frozen, for hours perhaps."""

# Not the module's own generator: functions restored from one snapshot would have the same jitter.
_random = SystemRandom()


class JwksUnavailable(Exception):
    """The issuer's keys cannot be had, so no token can be judged now."""


class UnknownKey(Exception):
    """The issuer has, as far as is known yet, no such key; it may be a new one."""


@dataclass(frozen=True)
class Trust:
    """Settings and the keys that go with them."""

    settings: Settings
    keys: Mapping[str, jwt.PyJWK]
    """By ``kid``; none when they could not be had (yet)."""


class Fetch(Protocol):
    """A fetch under way; ``TrustFetch`` is one."""

    found: Trust | None
    """What it has found so far: nothing, settings alone, or all."""

    def wait(self, seconds: float) -> bool:
        """Wait for its end so long at most; tell whether it has come."""

    def give_up(self) -> None:
        """End it."""


class TrustCache:
    """The settings and the issuer's keys, fetched when first needed and again within ten minutes.

    A token with an unknown ``kid`` has the keys, and only them, fetched anew, at most every 30
    seconds: a flood of bad tokens is no flood of requests. There is one fetch at a time, for 10
    seconds at most, and nobody waits for it for longer than 3. Keys replace those at hand only if
    there is a usable one among them; settings that name another source of keys do so at once.
    """

    def __init__(self, fetch: Callable[[Settings | None], Fetch]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._running: Fetch | None = None
        self._running_since = 0.0
        self._running_is_whole = True
        self._trust: Trust | None = None
        self._whole_at = self._fresh_until = self._no_fetch_before = float("-inf")

    def with_key(self, kid: str) -> Trust:
        """Return what has the key of this id. Raises ``UnknownKey``; ``JwksUnavailable`` for none.

        Takes 3 seconds at most, as does a fetch by another thread that it may have to wait for.
        """
        with self._lock:
            if kid not in self._keys or self._is_stale:
                self._refresh()
            # Not the monotonic clock, which may stand still while Lambda has the process frozen.
            if time.time() >= self._whole_at + _KEPT_SECONDS:
                self._trust = None
            if self._trust is None or not self._trust.keys:
                raise JwksUnavailable
            if kid not in self._trust.keys:
                raise UnknownKey
            return self._trust

    @property
    def _keys(self) -> Mapping[str, jwt.PyJWK]:
        return self._trust.keys if self._trust else {}

    @property
    def _is_stale(self) -> bool:
        return time.time() >= self._fresh_until

    def _refresh(self) -> None:
        if self._running and time.time() >= self._running_since + _OUTDATED_SECONDS:
            self._running.give_up()
            self._running = None
        # Who has keys waits once for a fetch; without any nobody can go on.
        seconds = 0 if self._running and self._keys else _WAIT_SECONDS
        if self._running is None:
            if time.time() < self._no_fetch_before:
                return
            self._running = self._start()
        ended = self._running.wait(seconds)
        if self._running.found is not None:
            self._take(self._running.found)
        if not ended:
            # Not the thread's own clock, for Lambda may have it frozen.
            if time.time() < self._running_since + _GIVE_UP_SECONDS:
                return
            self._running.give_up()
        self._running = None
        self._no_fetch_before = time.time() + (_COOLDOWN_SECONDS if self._keys else _RETRY_SECONDS)

    def _start(self) -> Fetch:
        known = None if self._trust is None or self._is_stale else self._trust.settings
        self._running_since, self._running_is_whole = time.time(), known is None
        return self._fetch(known)

    def _take(self, found: Trust) -> None:
        if found.keys:
            self._trust = found
            if self._running_is_whole:
                # As old as its beginning: Lambda may have had it frozen since.
                self._whole_at = self._running_since
                jitter = _random.uniform(0, _JITTER_SECONDS)
                self._fresh_until = self._whole_at + _FRESH_SECONDS - jitter
        elif self._trust and self._trust.settings.same_keys_as(found.settings):
            self._trust = replace(self._trust, settings=found.settings)
        else:
            self._trust = found
