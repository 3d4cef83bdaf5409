"""How many subscriptions there may be: exactly so many, however many ask at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.e2e.races import Race
from tests.e2e.subscriber import SUBSCRIPTIONS, Subscriber

OF_A_DEVICE = 10
AT_ONCE = 20
TOO_MANY = (429, "QUOTA_EXCEEDED")
SINK = "https://app.example.com/hook"


@pytest.fixture
def bob(somebody: Callable[[], Subscriber]) -> Subscriber:
    """Has a phone, and all but one of the subscriptions that it may have."""
    bob = somebody().with_device()
    for _ in range(OF_A_DEVICE - 1):
        assert bob.subscribe("session-status", SINK).status == 201
    return bob


def test_a_device_has_ten_and_one_more_when_one_has_ended(bob: Subscriber) -> None:
    tenth = bob.subscribe("session-invitation", SINK)
    assert tenth.status == 201

    assert bob.subscribe("registration-ends", SINK).code == TOO_MANY
    # It is the device's limit, not the actor's.
    assert bob.with_device("tablet").subscribe("session-status", SINK).status == 201
    assert bob.unsubscribe(tenth.body["id"]).status == 204
    assert bob.subscribe("registration-ends", SINK).status == 201
    assert bob.subscribe("registration-ends", SINK).code == TOO_MANY


def test_of_many_that_want_the_last_place_one_gets_it(bob: Subscriber) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # So many at once need as many of the function; they start a few at a time.
        for some in range(5, AT_ONCE + 1, 5):
            Race(pool, some).run(*[partial(bob.send, "GET", SUBSCRIPTIONS)] * some)
        ask = partial(bob.subscribe, "session-invitation", SINK)
        answers = Race(pool, AT_ONCE).run(*[ask] * AT_ONCE)

    codes = Counter(answer.code for answer in answers)
    assert codes == {(201, None): 1, TOO_MANY: AT_ONCE - 1}
    assert len(bob.send("GET", SUBSCRIPTIONS).body) == OF_A_DEVICE
