"""Cache of the settings and the issuer's keys: refreshed in time, kept during an outage.

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
"""After this the next token has all fetched anew. With a cooldown and a slow fetch that is ten
minutes at most, for which a withdrawn key still serves."""

_JITTER_SECONDS = 60
"""Jitter: refreshed up to so much earlier, so that processes that began together ask apart.

Systems Manager answers 40 times a second, for the whole account.
"""

_KEPT_SECONDS = 24 * 3600
"""How long the last good settings and keys serve while AWS or the issuer gives no good ones."""

_COOLDOWN_SECONDS = 30
_RETRY_SECONDS = 5
"""Pause after a failed fetch while there are no keys; with keys it is the cooldown."""

_WAIT_SECONDS = 3
_GIVE_UP_SECONDS = 10
"""A fetch may go on after those who wait for it have stopped (``_WAIT_SECONDS``): it may still
serve the next token."""

_OUTDATED_SECONDS = _GIVE_UP_SECONDS + _COOLDOWN_SECONDS
"""The result of an older fetch is not used: Lambda may have frozen the process for hours."""

# Not the module's own generator: functions restored from one snapshot would have the same jitter.
_random = SystemRandom()


class JwksUnavailable(Exception):
    """Raised when there are no keys of the issuer, so no token can be verified now."""


class UnknownKey(Exception):
    """Raised for a ``kid`` that is not among the known keys; it may be that of a new one."""


@dataclass(frozen=True)
class Trust:
    """What tokens are verified with: settings, and the keys that go with them."""

    settings: Settings
    keys: Mapping[str, jwt.PyJWK]
    """By ``kid``; none when they could not be had (yet)."""


class Fetch(Protocol):
    """A fetch under way; ``TrustFetch`` is one."""

    found: Trust | None
    """What it has found so far: nothing, settings alone, or all."""

    def wait(self, seconds: float) -> bool:
        """Wait ``seconds`` at most; tell whether it has ended."""

    def give_up(self) -> None:
        """Cancel it."""


class TrustCache:
    """The settings and the issuer's keys, fetched when first needed and again within ten minutes.

    A token with an unknown ``kid`` makes it fetch the keys alone, at most every 30 seconds, so a
    flood of bad tokens causes no flood of requests. There is one fetch at a time; it is cancelled
    after 10 seconds, and a caller waits 3 at most. New keys replace the old ones only if one of
    them is usable; settings that name another source of keys replace them at once.
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
        """Return the settings, and keys that include the one named ``kid``.

        Raises ``UnknownKey``, and ``JwksUnavailable`` when there are no keys at all. Takes 3
        seconds at most, and as many for another thread's fetch that it may have to wait for.
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
        # With keys, only the caller that starts a fetch waits for it; without any, all have to.
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
