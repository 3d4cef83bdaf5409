"""The issuer's keys: when they are fetched, which are taken, and how long they serve."""

import json
import time
from typing import Any

import pytest

from authorizer.jwks import Jwks, JwksUnavailable, UnknownKey
from tests.support.tokens import JWKS_URI, FakeJwksEndpoint, ec_jwk, rsa_jwk

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

OCT = {"kty": "oct", "kid": "rsa", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}


class Clock:
    """Stands still; set ``now``."""

    now = time.time()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    return clock


@pytest.fixture
def endpoint() -> FakeJwksEndpoint:
    return FakeJwksEndpoint()


@pytest.fixture
def jwks(endpoint: FakeJwksEndpoint) -> Jwks:
    return Jwks(JWKS_URI, endpoint.fetch)


def test_the_key_set_is_fetched_once(jwks: Jwks, endpoint: FakeJwksEndpoint) -> None:
    for _ in range(5):
        assert jwks.key("rsa").key_id == "rsa"

    assert endpoint.fetches == 1


def test_a_new_key_is_found_after_the_cooldown(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    jwks.key("rsa")
    endpoint.publish(rsa_jwk("new"))
    clock.now += 29
    with pytest.raises(UnknownKey):
        jwks.key("new")
    clock.now += 1

    assert jwks.key("new")
    assert endpoint.fetches == 2


def test_a_key_that_is_withdrawn_serves_for_ten_minutes(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    jwks.key("rsa")
    endpoint.publish(ec_jwk())
    clock.now += 10 * MINUTE - 1
    assert jwks.key("rsa")
    clock.now += 1

    with pytest.raises(UnknownKey):
        jwks.key("rsa")


def test_a_flood_of_unknown_keys_is_no_flood_of_fetches(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    for second in range(60):
        clock.now += 1
        with pytest.raises(UnknownKey):
            jwks.key(f"kid-{second}")

    assert endpoint.fetches == 2


def test_an_issuer_that_is_down_is_left_in_peace(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    endpoint.down = True
    for _ in range(20):
        with pytest.raises(JwksUnavailable):
            jwks.key("rsa")
    assert endpoint.fetches == 1

    endpoint.down = False
    clock.now += 5
    assert jwks.key("rsa")


def test_the_last_good_keys_serve_for_a_day(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    jwks.key("rsa")
    endpoint.down = True
    clock.now += DAY - 1
    assert jwks.key("rsa")
    clock.now += 1

    with pytest.raises(JwksUnavailable):
        jwks.key("rsa")


def test_an_issuer_that_is_down_for_long_is_asked_every_half_minute(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    jwks.key("rsa")
    endpoint.down = True
    clock.now += HOUR
    for _ in range(60):
        jwks.key("rsa")
        clock.now += 1

    assert endpoint.fetches == 1 + 2


def test_a_forged_key_id_is_no_failure_while_the_issuer_is_down(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    jwks.key("rsa")
    endpoint.down = True
    clock.now += HOUR

    with pytest.raises(UnknownKey):
        jwks.key("forged")


def test_there_is_one_fetch_at_a_time_and_each_who_has_no_keys_waits_for_it(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    endpoint.hangs = True
    for _ in range(3):
        with pytest.raises(JwksUnavailable):
            jwks.key("rsa")
        clock.now += 3
    assert (endpoint.fetches, endpoint.waits) == (1, [3, 3, 3])

    endpoint.hangs = False
    assert jwks.key("rsa")
    assert endpoint.fetches == 1


def test_who_has_keys_waits_once_for_a_fetch(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    jwks.key("rsa")
    endpoint.hangs = True
    clock.now += HOUR
    endpoint.waits.clear()
    for _ in range(3):
        assert jwks.key("rsa")
    assert endpoint.waits == [3, 0, 0]

    endpoint.publish(ec_jwk("new"))
    endpoint.hangs = False
    assert jwks.key("new")


def test_a_fetch_that_never_ends_is_given_up_for_another(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock
) -> None:
    """Also if Lambda has frozen its thread, whose own timeouts do not run then."""
    endpoint.hangs = True
    for _ in range(2):
        with pytest.raises(JwksUnavailable):
            jwks.key("rsa")
        clock.now += 10
    assert (endpoint.fetches, endpoint.given_up) == (1, 1)

    endpoint.hangs = False
    assert jwks.key("rsa")
    assert endpoint.fetches == 2


NO_KEY_SETS: dict[str, Any] = {
    "no JSON": "not json",
    "no text": b"\xff",
    "nested": "[" * 100_000,
    "a list": [],
    "nothing": {},
    "keys no list": {"keys": {"kid": "rsa"}},
    "no keys": {"keys": []},
    "no objects": {"keys": [None, 1, "rsa", []]},
    "no kid": {"keys": [{n: v for n, v in rsa_jwk().items() if n != "kid"}]},
    "kid a number": {"keys": [rsa_jwk() | {"kid": 7}]},
    "for encryption": {"keys": [rsa_jwk() | {"use": "enc"}]},
    "a secret": {"keys": [OCT]},
    "of an unknown kind": {"keys": [{"kty": "new", "kid": "rsa"}]},
    "kind a list": {"keys": [{"kty": ["RSA"], "kid": "rsa"}]},
    "broken": {"keys": [rsa_jwk() | {"n": 7}]},
    "weak": {"keys": [rsa_jwk("weak", 1024)]},
}


def body_of(answer: Any) -> bytes:
    if isinstance(answer, bytes):
        return answer
    return (answer if isinstance(answer, str) else json.dumps(answer)).encode()


@pytest.mark.parametrize("answer", NO_KEY_SETS.values(), ids=NO_KEY_SETS)
def test_what_has_no_usable_key_is_no_key_set(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock, answer: Any
) -> None:
    endpoint.body = body_of(answer)
    with pytest.raises(JwksUnavailable):
        jwks.key("rsa")

    endpoint.publish(rsa_jwk())
    clock.now += 5
    assert jwks.key("rsa")


@pytest.mark.parametrize("answer", NO_KEY_SETS.values(), ids=NO_KEY_SETS)
def test_nor_does_it_replace_good_keys(
    jwks: Jwks, endpoint: FakeJwksEndpoint, clock: Clock, answer: Any
) -> None:
    jwks.key("rsa")
    endpoint.body = body_of(answer)
    clock.now += HOUR

    assert jwks.key("rsa")
    assert endpoint.fetches == 2


def test_an_odd_key_spoils_no_other(jwks: Jwks, endpoint: FakeJwksEndpoint) -> None:
    endpoint.publish(None, OCT | {"kid": "oct"}, {"kty": "new", "kid": "new"}, ec_jwk())

    assert jwks.key("ec")
    with pytest.raises(UnknownKey):
        jwks.key("oct")
