from collections.abc import Iterable
from typing import Any

import pytest

from camara.actor import Actor
from camara.errors import (
    AlreadyExists,
    MaxDevicesPerUser,
    MaxRegistrationPerMsisdn,
    MaxRegistrationPerUser,
    NotFound,
    OutOfRange,
)
from registration.register import (
    Ended,
    Lifetimes,
    Limits,
    Reason,
    Register,
    Registration,
    require_room,
)
from tests.support.builders import ALICE, ALICE_ACTS, BOB, NOW, a_registration, an_actor

LIFETIMES = Lifetimes(default=300, shortest=60, longest=900)
LIMITS = Limits(per_number=3, per_user=4, devices_per_user=2)


def device(number: int = 1, *, subscriber: str = ALICE, **changes: Any) -> Registration:
    return a_registration(subscriber, number, **{"expires_at": NOW + 100} | changes)


def register(*registrations: Registration, version: int = 1) -> Register:
    known = {registration.registration_id: registration for registration in registrations}
    return Register("number#alice", version, known)


def room(
    new: Registration,
    *,
    number: Iterable[Registration] = (),
    user: Iterable[Registration] = (),
    now: int = NOW,
) -> None:
    require_room(
        new, of_subscriber=register(*number), of_user=register(*user), limits=LIMITS, now=now
    )


@pytest.mark.parametrize(
    ("requested", "expiry"),
    [
        (None, NOW + 300),
        (NOW + 60, NOW + 60),
        (NOW + 299, NOW + 299),
        (NOW + 900, NOW + 900),
        (NOW + 901, NOW + 900),
        (253_402_300_799, NOW + 900),
    ],
)
def test_a_registration_lasts_as_asked_but_not_too_long(requested: int | None, expiry: int) -> None:
    assert LIFETIMES.expiry(requested, NOW) == expiry


@pytest.mark.parametrize("requested", [NOW + 59, NOW, NOW - 1, 0, -62_135_596_800])
def test_too_short_is_out_of_range(requested: int) -> None:
    with pytest.raises(OutOfRange):
        LIFETIMES.expiry(requested, NOW)


def test_a_registration_counts_until_it_expires() -> None:
    known = device(expires_at=NOW + 1)
    some = register(known)

    assert some.active(NOW) == [known]
    assert some.active_of(ALICE_ACTS, NOW) == [known]
    assert some.find(known.registration_id, ALICE_ACTS, NOW) == known
    assert some.active(NOW + 1) == some.active_of(ALICE_ACTS, NOW + 1) == []
    with pytest.raises(NotFound):
        some.find(known.registration_id, ALICE_ACTS, NOW + 1)
    with pytest.raises(NotFound):
        some.find(device(2).registration_id, ALICE_ACTS, NOW)


THEIRS = {
    "another number's": an_actor(BOB),
    "another client's": an_actor(client_id="client-2"),
    "another user's": an_actor(sub="another user"),
    "another client alone's": an_actor(None, "client-2"),
}
every_other = pytest.mark.parametrize("other", THEIRS.values(), ids=THEIRS.keys())


@every_other
def test_to_anybody_else_a_registration_does_not_exist(other: Actor) -> None:
    known = device()

    assert not known.is_of(other)
    assert register(known).active_of(other, NOW) == []
    with pytest.raises(NotFound):
        register(known).find(known.registration_id, other, NOW)


def test_to_a_client_alone_belongs_all_that_it_has_registered() -> None:
    known = [device(1), device(2, sub="another user"), device(3, client_id="client-2")]

    assert register(*known).active_of(an_actor(None), NOW) == known[:2]


def test_a_device_is_the_same_when_its_actor_registers_it_again() -> None:
    again = device(registration_id="another", made_at=NOW)
    others = [device(2), *(device(actor=other.key) for other in THEIRS.values())]

    assert again.device == device().device
    assert len({each.device for each in [device(), *others]}) == 1 + len(others)


def test_a_new_registration_joins_and_what_has_expired_leaves() -> None:
    old, kept, new = device(1, expires_at=NOW), device(2), device(3)
    before = register(old, kept, version=7)

    after = before.with_(new, NOW)

    assert after.version == 8
    assert list(after.registrations.values()) == [kept, new]
    assert after.ended == (Ended(old, Reason.EXPIRED, NOW, 8),)
    assert before == register(old, kept, version=7)


def test_a_refreshed_registration_takes_the_place_of_the_old() -> None:
    known = device()

    after = register(known).with_(known.until(NOW + 500), NOW)

    assert list(after.registrations.values()) == [device(expires_at=NOW + 500)]
    assert after.ended == ()


def test_a_deleted_registration_leaves_and_so_does_what_has_expired() -> None:
    old, kept, deleted = device(1, expires_at=NOW), device(2), device(3)

    after = register(old, kept, deleted).without(deleted, NOW)

    assert list(after.registrations.values()) == [kept]
    assert after.ended == (
        Ended(old, Reason.EXPIRED, NOW, 2),
        Ended(deleted, Reason.DELETED, NOW, 2),
    )
    assert after.version == 2


def test_deleting_what_the_other_register_has_lost_is_no_fault() -> None:
    assert register().without(device(), NOW).registrations == {}


def test_a_device_is_registered_for_a_number_once() -> None:
    again = device(registration_id="another", client_id="client-2", sub="another user")

    with pytest.raises(AlreadyExists):
        room(again, number=[device()])
    room(again, number=[device()], now=NOW + 100)
    room(again, user=[device()])


@pytest.mark.parametrize(
    ("number", "user", "error"),
    [
        ([1, 2, 3], [], MaxRegistrationPerMsisdn),
        ([], [1, 1, 1, 1], MaxRegistrationPerUser),
        ([], [1, 2], MaxDevicesPerUser),
        ([1, 2, 3], [1, 2, 3, 4], MaxRegistrationPerMsisdn),
        ([], [1, 2, 3, 4], MaxRegistrationPerUser),
        ([9, 2, 3], [], AlreadyExists),
    ],
)
def test_there_may_be_so_many(number: list[int], user: list[int], error: type[Exception]) -> None:
    def of(devices: list[int]) -> list[Registration]:
        return [
            device(one, registration_id=f"registration {place}")
            for place, one in enumerate(devices)
        ]

    with pytest.raises(error):
        room(device(9), number=of(number), user=of(user))
    room(device(9), number=of(number), user=of(user), now=NOW + 100)


def test_the_devices_of_a_number_are_everybodys() -> None:
    others = [device(1, sub="another user"), device(2, client_id="client-2"), device(3)]

    with pytest.raises(MaxRegistrationPerMsisdn):
        room(device(9), number=others)


def test_there_may_be_no_fewer() -> None:
    room(device(9), number=[device(1), device(2)])
    room(device(9), user=[device(1), device(9, subscriber=BOB), device(9, subscriber="x")])
