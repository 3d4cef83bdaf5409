from collections.abc import Iterable
from typing import Any

import pytest

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
    is_registration_id,
    require_room,
)
from tests.support.builders import ALICE, BOB, NOW, a_registration

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
    require_room(new, of_number=register(*number), of_user=register(*user), limits=LIMITS, now=now)


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
    assert some.find(known.registration_id, NOW) == known
    assert some.active(NOW + 1) == []
    with pytest.raises(NotFound):
        some.find(known.registration_id, NOW + 1)
    with pytest.raises(NotFound):
        some.find(device(2).registration_id, NOW)


def test_a_new_registration_joins_and_what_has_expired_leaves() -> None:
    old, kept, new = device(1, expires_at=NOW), device(2), device(3)
    before = register(old, kept, version=7)

    after = before.with_(new, NOW)

    assert after.version == 8
    assert list(after.registrations.values()) == [kept, new]
    assert after.ended == (Ended(old, Reason.EXPIRED),)
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
    assert after.ended == (Ended(old, Reason.EXPIRED), Ended(deleted, Reason.DELETED))
    assert after.version == 2


def test_deleting_what_the_other_register_has_lost_is_no_fault() -> None:
    assert register().without(device(), NOW).registrations == {}


def test_only_the_last_change_says_what_it_has_ended() -> None:
    after = register(device()).without(device(), NOW).with_(device(2), NOW)

    assert after.ended == ()


def test_a_device_is_registered_for_a_number_once() -> None:
    again = device(registration_id="another", client="another", user="another")

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


def test_there_may_be_no_fewer() -> None:
    room(device(9), number=[device(1), device(2)])
    room(device(9), user=[device(1), device(9, subscriber=BOB), device(9, subscriber="x")])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("0b9c2f4e-5a1d-4c3b-8e7f-6d5c4b3a2918", True),
        ("0B9C2F4E-5A1D-4C3B-8E7F-6D5C4B3A2918", False),
        ("0b9c2f4e-5a1d-4c3b-8e7f-6d5c4b3a2918\n", False),
        ("00000000000040008000000000000000", False),
        ("", False),
    ],
)
def test_what_can_be_the_id_of_a_registration(text: str, *, is_one: bool) -> None:
    assert is_registration_id(text) is is_one
