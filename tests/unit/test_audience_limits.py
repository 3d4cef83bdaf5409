"""How many subscriptions there may be at once, and which one gives way to a new one."""

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camara.identity import DeviceKey
from notifications.audience import Audience, Limits, TooManySubscriptions
from notifications.subscription import Subscription
from registration.register import Registration
from tests.support.builders import (
    ALICE_KEY,
    NOW,
    a_registration,
    a_subscription,
    an_actor,
    subscription_id,
)
from tests.support.openapi import operations
from tests.support.template import template

PHONE, TABLET = a_registration(device=1), a_registration(device=2)
LIMITS = Limits(of_device=2, of_client=4, of_subscriber=6)
"""Small enough to be reached."""

HOG, OTHER = "hog", "other"


def device(sub: str, number: int = 1, client_id: str = "client-1") -> Registration:
    """A device of a user of the number."""
    return a_registration(device=number, sub=sub, client_id=client_id)


def audience(*subscriptions: Subscription) -> Audience:
    """All of them, active at ``NOW`` or not."""
    return reduce(lambda known, new: known.after(new, 0), subscriptions, Audience(ALICE_KEY))


def of_each(*devices: Registration, **changes: Any) -> Audience:
    """One subscription of each of these devices, the first the oldest: ids from 1 on."""
    return audience(
        *(
            a_subscription(number, of=each, **{"starts_at": NOW + number} | changes)
            for number, each in enumerate(devices, 1)
        )
    )


def in_the_way(
    known: Audience, of: Registration, *registered: Registration, limits: Limits = LIMITS
) -> str | None:
    """Who has to end before this device gets another subscription (at ``NOW``)."""
    new = a_subscription(99, of=of)
    keys = {each.device for each in (of, *registered)}
    return known.in_the_way_of(new, keys, NOW, limits)


def test_there_may_be_ten_of_a_device_and_a_hundred_of_a_client_and_four_of_those() -> None:
    listed = operations()["GET", "/webrtc-events-subscriptions/v0.3/subscriptions"]["responses"][
        "200"
    ]

    assert Limits() == (10, 100, 400)
    assert listed["content"]["application/json"]["schema"]["maxItems"] == Limits().of_client


def test_the_devices_of_a_number_fill_no_limit_so_somebody_who_is_gone_can_give_way() -> None:
    devices = template()["Parameters"]["MaxRegistrationsPerNumber"]["MaxValue"]

    assert devices * Limits().of_device < Limits().of_client


def test_there_is_room_below_the_limits() -> None:
    assert in_the_way(Audience(ALICE_KEY), PHONE) is None
    assert in_the_way(of_each(PHONE, TABLET, TABLET), PHONE) is None


def test_a_device_that_has_enough_gets_no_more_whoever_could_give_way() -> None:
    gone = [device(HOG, number) for number in (2, 3, 4)]

    with pytest.raises(TooManySubscriptions):
        in_the_way(of_each(PHONE, PHONE), PHONE)
    with pytest.raises(TooManySubscriptions):
        in_the_way(of_each(*gone, PHONE, PHONE), PHONE)


def test_another_users_device_with_the_same_id_is_another() -> None:
    assert in_the_way(of_each(device(OTHER), device(OTHER)), PHONE) is None


def test_what_has_expired_is_in_nobodys_way() -> None:
    assert in_the_way(of_each(PHONE, PHONE, ends_at=NOW), PHONE) is None
    assert in_the_way(of_each(*[device(HOG)] * 6, ends_at=NOW), PHONE) is None


def test_the_oldest_of_a_device_that_is_not_registered_any_more_gives_way() -> None:
    known = of_each(device(HOG, 2), device(HOG, 3), device(HOG, 3), device(HOG, 2))

    assert in_the_way(known, PHONE) == subscription_id(1)
    assert in_the_way(known, PHONE, device(HOG, 2)) == subscription_id(2)


def test_the_oldest_is_the_one_that_began_first_wherever_it_is_listed() -> None:
    known = audience(
        *(
            a_subscription(number, of=device(HOG, number), starts_at=starts_at)
            for number, starts_at in ((1, NOW - 2), (2, NOW - 5), (3, NOW - 1), (4, NOW - 4))
        )
    )

    assert in_the_way(known, PHONE) == subscription_id(2)


def test_those_of_registered_devices_give_way_to_nobody() -> None:
    phones = [device(HOG, number) for number in (2, 3)]

    with pytest.raises(TooManySubscriptions):
        in_the_way(of_each(*phones, *phones), PHONE, *phones)


def test_who_has_most_gives_way_even_if_others_have_older_ones() -> None:
    known = of_each(device(OTHER, 2), device(HOG, 3), device(HOG, 4), device(HOG, 5))

    assert in_the_way(known, PHONE) == subscription_id(2)


def test_who_has_most_by_devices_that_are_registered_gives_way_with_another() -> None:
    known = of_each(device(OTHER, 2), device(HOG, 3), device(HOG, 3), device(HOG, 4))

    assert in_the_way(known, PHONE, device(HOG, 3)) == subscription_id(4)
    assert in_the_way(known, PHONE, device(HOG, 3), device(HOG, 4)) == subscription_id(1)


@pytest.mark.parametrize("own", [1, 2])
def test_nobody_gives_way_to_one_that_has_as_many(own: int) -> None:
    """Else two users would push one another out, in turn, for ever."""
    mine = [device("mine", number) for number in range(2, 2 + own)]
    others = [device(OTHER, number) for number in range(2, 2 + 4 - own)]
    known = of_each(*mine, *others)

    if own == 1:
        assert in_the_way(known, device("mine")) == subscription_id(2)
    else:
        with pytest.raises(TooManySubscriptions):
            in_the_way(known, device("mine"))


def test_nobody_who_has_less_gives_way() -> None:
    mine = [device("mine", number) for number in (2, 3, 4)]

    with pytest.raises(TooManySubscriptions):
        in_the_way(of_each(*mine, device(OTHER)), device("mine"))


def test_a_full_client_is_nothing_to_another_one() -> None:
    known = of_each(*(device(HOG, number) for number in (2, 3, 4, 5)))

    assert in_the_way(known, PHONE) == subscription_id(1)
    assert in_the_way(known, device("sub", client_id="client-2")) is None


def test_what_gives_way_where_a_client_is_full_is_of_that_client() -> None:
    elsewhere = [device(HOG, number, "client-2") for number in (2, 3)]
    here = [device(OTHER, number) for number in (2, 3)] + [device(HOG, 4), device(HOG, 5)]
    known = of_each(*elsewhere, *here)

    assert in_the_way(known, PHONE) == subscription_id(3)


def test_of_a_number_that_is_full_anybody_gives_way_whose_client_ever() -> None:
    known = of_each(
        device(OTHER, 2),
        *(device(HOG, number, "client-2") for number in (2, 3, 4)),
        *(device(OTHER, number, "client-3") for number in (2, 3)),
    )
    newcomer = device("sub", client_id="client-4")

    assert in_the_way(known, newcomer) == subscription_id(2)


def test_one_user_through_two_clients_is_two_actors() -> None:
    """What one client's token shows is nothing that another client's is measured by."""
    assert an_actor(sub=HOG).key != an_actor(sub=HOG, client_id="client-2").key
    known = of_each(
        *(device(HOG, number, "client-2") for number in (2, 3)),
        *(device(HOG, number, "client-3") for number in (2, 3)),
        *(device("sub", number, "client-4") for number in (2, 3)),
    )

    with pytest.raises(TooManySubscriptions):
        in_the_way(known, device("sub", client_id="client-4"))


@given(
    crowd=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(1, 5), st.integers(NOW - 9, NOW)),
        max_size=12,
    ),
    still=st.sets(st.tuples(st.sampled_from("abcd"), st.integers(1, 5)), max_size=2),
)
def test_whoever_has_nothing_gets_something_whatever_others_have(
    crowd: list[tuple[str, int, int]], still: set[tuple[str, int]]
) -> None:
    """Registered devices do not fill a limit: here two, with at most two subscriptions each."""
    limits = Limits(of_device=2, of_client=6, of_subscriber=8)
    registered = {device(sub, number).device for sub, number in still}
    known = Audience(ALICE_KEY)
    for place, (sub, number, starts_at) in enumerate(crowd):
        new = a_subscription(place, of=device(sub, number), starts_at=starts_at)
        known = _with(known, new, registered, limits)

    newcomer = a_subscription(99, of=PHONE)
    after = _with(known, newcomer, registered | {PHONE.device}, limits)
    assert newcomer.subscription_id in after.listeners
    assert len(after.listeners) <= limits.of_client


def _with(
    known: Audience, new: Subscription, registered: set[DeviceKey], limits: Limits
) -> Audience:
    """Let it join, if there is room or somebody gives way."""
    for _ in range(len(known.listeners) + 1):
        try:
            old = known.in_the_way_of(new, registered, NOW, limits)
        except TooManySubscriptions:
            return known
        if old is None:
            return known.after(new, NOW)
        assert known.listeners[old].device not in registered
        left = {each: one for each, one in known.listeners.items() if each != old}
        known = Audience(known.subscriber_key, known.version + 1, left)
    raise AssertionError(known)
