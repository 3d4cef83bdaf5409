"""Settings and keys: when they are fetched, which are taken, and how long they serve."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import SystemRandom
from threading import Barrier

import pytest

from authorizer.settings import Settings
from authorizer.trust import Fetch, JwksUnavailable, Trust, TrustCache, UnknownKey
from tests.support.tokens import SETTINGS, FakeIssuer, ec_jwk, rsa_jwk

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FRESH_AT_LEAST = 8 * MINUTE
FRESH_AT_MOST = 9 * MINUTE


class Clock:
    """Stands still; set ``now``."""

    now = time.time()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    return clock


@pytest.fixture
def issuer() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def cache(issuer: FakeIssuer) -> TrustCache:
    return TrustCache(issuer.fetch)


def test_they_are_fetched_once(cache: TrustCache, issuer: FakeIssuer) -> None:
    for _ in range(5):
        assert cache.with_key("rsa").keys["rsa"].key_id == "rsa"

    assert issuer.fetches == 1


def test_a_new_key_is_found_after_the_cooldown(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.publish(rsa_jwk("new"))
    clock.now += 29
    with pytest.raises(UnknownKey):
        cache.with_key("new")
    clock.now += 1

    assert cache.with_key("new")
    assert issuer.fetches == 2


def test_a_key_that_is_withdrawn_serves_for_nine_minutes(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.publish(ec_jwk())
    clock.now += FRESH_AT_LEAST - 1
    assert cache.with_key("rsa")
    clock.now += FRESH_AT_MOST - FRESH_AT_LEAST + 1

    with pytest.raises(UnknownKey):
        cache.with_key("rsa")


def test_a_flood_of_unknown_keys_is_no_flood_of_fetches(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    for second in range(60):
        clock.now += 1
        with pytest.raises(UnknownKey):
            cache.with_key(f"kid-{second}")

    assert issuer.fetches == 2


def test_an_issuer_that_is_down_is_left_in_peace(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    issuer.down = True
    for _ in range(20):
        with pytest.raises(JwksUnavailable):
            cache.with_key("rsa")
    assert issuer.fetches == 1

    issuer.down = False
    clock.now += 5
    assert cache.with_key("rsa")


def test_the_last_good_ones_serve_for_a_day(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.down = True
    clock.now += DAY - 1
    assert cache.with_key("rsa")
    clock.now += 1

    with pytest.raises(JwksUnavailable):
        cache.with_key("rsa")


def test_an_issuer_that_is_down_for_long_is_asked_every_half_minute(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.down = True
    clock.now += HOUR
    for _ in range(60):
        cache.with_key("rsa")
        clock.now += 1

    assert issuer.fetches == 1 + 2


def test_a_forged_key_id_is_no_failure_while_the_issuer_is_down(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.down = True
    clock.now += HOUR

    with pytest.raises(UnknownKey):
        cache.with_key("forged")


def test_there_is_one_fetch_at_a_time_and_each_who_has_no_keys_waits_for_it(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    issuer.hangs = True
    for _ in range(3):
        with pytest.raises(JwksUnavailable):
            cache.with_key("rsa")
        clock.now += 3
    assert (issuer.fetches, issuer.waits) == (1, [3, 3, 3])

    issuer.hangs = False
    assert cache.with_key("rsa")
    assert issuer.fetches == 1


def test_who_has_keys_waits_once_for_a_fetch(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.hangs = True
    clock.now += HOUR
    issuer.waits.clear()
    for _ in range(3):
        assert cache.with_key("rsa")
    assert issuer.waits == [3, 0, 0]

    issuer.publish(ec_jwk("new"))
    issuer.hangs = False
    assert cache.with_key("new")


def test_a_fetch_that_never_ends_is_given_up_for_another(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    """Also if Lambda has frozen its thread, whose own timeouts do not run then."""
    issuer.hangs = True
    for _ in range(2):
        with pytest.raises(JwksUnavailable):
            cache.with_key("rsa")
        clock.now += 10
    assert (issuer.fetches, issuer.given_up) == (1, 1)

    issuer.hangs = False
    assert cache.with_key("rsa")
    assert issuer.fetches == 2


def test_what_was_fetched_is_as_old_as_the_beginning_of_its_fetch(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda may have had its thread frozen in between, with settings that were read before."""
    monkeypatch.setattr(SystemRandom, "uniform", lambda *_: 0.0)
    issuer.hangs = True
    with pytest.raises(JwksUnavailable):
        cache.with_key("rsa")
    clock.now += 39
    issuer.hangs = False
    assert cache.with_key("rsa")
    assert issuer.fetches == 1
    clock.now += FRESH_AT_MOST - 39

    assert cache.with_key("rsa")
    assert issuer.fetches == 2


@pytest.mark.parametrize("kid", ["rsa", "forged"])
def test_what_was_fetched_before_a_long_sleep_is_not_taken(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock, kid: str
) -> None:
    """Its answer may have been on its way when Lambda froze the process: keys that were good then.

    Nor does anybody go on with the keys at hand because of it, which are as old.
    """
    if kid == "forged":
        cache.with_key("rsa")
        clock.now += MINUTE
    issuer.hangs = True
    with pytest.raises((JwksUnavailable, UnknownKey)):
        cache.with_key(kid)
    issuer.hangs = False
    begun = issuer.fetches
    clock.now += HOUR

    assert cache.with_key("rsa")
    assert (issuer.fetches, issuer.given_up) == (begun + 1, 1)
    assert issuer.reads == 2


def test_what_has_no_usable_key_replaces_none(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.body = b"no key set"
    clock.now += HOUR

    assert cache.with_key("rsa")
    assert issuer.fetches == 2


def test_an_unknown_key_asks_the_issuer_and_not_systems_manager(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    """Whose requests a second the whole account shares; a forged key id needs no signature."""
    cache.with_key("rsa")
    issuer.settings = None
    for _ in range(10):
        clock.now += 30
        with pytest.raises(UnknownKey):
            cache.with_key("forged")
    issuer.publish(rsa_jwk("new"))
    clock.now += 30

    assert cache.with_key("new")
    assert (issuer.fetches, issuer.reads) == (12, 1)


def test_unknown_keys_put_off_no_change_of_settings(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.settings = ANOTHER_AUDIENCE
    for _ in range(600):
        clock.now += 1
        with pytest.raises(UnknownKey):
            cache.with_key("forged")

    assert cache.with_key("rsa").settings == ANOTHER_AUDIENCE


def test_processes_that_began_together_do_not_ask_together_again(clock: Clock) -> None:
    began = clock.now
    asked_after: list[float] = []
    for _ in range(20):
        clock.now = began
        issuer = FakeIssuer()
        cache = TrustCache(issuer.fetch)
        while issuer.fetches < 2:
            cache.with_key("rsa")
            clock.now += 1
        asked_after.append(clock.now - 1 - began)

    assert min(asked_after) >= FRESH_AT_LEAST
    assert max(asked_after) <= FRESH_AT_MOST
    assert len(set(asked_after)) > 5


ANOTHER_ISSUER = replace(SETTINGS, issuer="https://another.example.com")
ANOTHER_ADDRESS = replace(SETTINGS, jwks_uri="https://keys.example.com/jwks.json")
ANOTHER_AUDIENCE = replace(SETTINGS, audience="another-api")
SOURCES = {"issuer": ANOTHER_ISSUER, "jwks_uri": ANOTHER_ADDRESS}


@pytest.mark.parametrize("settings", [*SOURCES.values(), ANOTHER_AUDIENCE])
def test_settings_and_keys_change_together(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock, settings: Settings
) -> None:
    cache.with_key("rsa")
    issuer.settings = settings
    issuer.publish(rsa_jwk("new"))
    assert cache.with_key("rsa").settings == SETTINGS
    clock.now += FRESH_AT_MOST

    trust = cache.with_key("new")
    assert (trust.settings, set(trust.keys)) == (settings, {"new"})


@pytest.mark.parametrize("settings", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("fault", ["down", "hangs"])
def test_keys_of_a_former_source_do_not_serve_any_longer(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock, settings: Settings, fault: str
) -> None:
    """Also while the fetch of the others is under way, and whatever becomes of it."""
    cache.with_key("rsa")
    issuer.settings = settings
    setattr(issuer, fault, True)
    clock.now += FRESH_AT_MOST
    for _ in range(3):
        with pytest.raises(JwksUnavailable):
            cache.with_key("rsa")
        clock.now += 5

    setattr(issuer, fault, False)
    assert cache.with_key("rsa").settings == settings


def test_another_audience_goes_with_the_keys_at_hand(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.settings = ANOTHER_AUDIENCE
    issuer.down = True
    clock.now += FRESH_AT_MOST

    trust = cache.with_key("rsa")
    assert (trust.settings, set(trust.keys)) == (ANOTHER_AUDIENCE, {"rsa", "ec"})


def test_while_systems_manager_is_down_the_last_good_ones_serve_for_a_day(
    cache: TrustCache, issuer: FakeIssuer, clock: Clock
) -> None:
    cache.with_key("rsa")
    issuer.settings = None
    clock.now += DAY - 1
    assert cache.with_key("rsa").settings == SETTINGS
    clock.now += 30
    with pytest.raises(JwksUnavailable):
        cache.with_key("rsa")

    issuer.settings = SETTINGS
    clock.now += 30
    assert cache.with_key("rsa")


def test_requests_at_once_make_one_fetch_and_see_the_same(issuer: FakeIssuer, clock: Clock) -> None:
    together = Barrier(8)

    def slowly(known: Settings | None) -> Fetch:
        time.sleep(0.02)
        return issuer.fetch(known)

    cache = TrustCache(slowly)

    def request() -> Trust:
        together.wait()
        return cache.with_key("rsa")

    with ThreadPoolExecutor(8) as threads:
        for settings in (SETTINGS, ANOTHER_ISSUER):
            issuer.settings = settings
            seen = [each.result() for each in [threads.submit(request) for _ in range(8)]]
            assert all(trust is seen[0] for trust in seen)
            assert seen[0].settings == settings
            clock.now += FRESH_AT_MOST

    assert issuer.fetches == 2
