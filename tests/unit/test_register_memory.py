"""What a register remembers of what has ended, and what of it its last change has ended."""

from collections.abc import Callable

from registration.register import (
    KEPT_AFTER_ITS_END,
    KEPT_AT_MOST,
    Ended,
    Reason,
    Register,
    Registration,
)
from tests.support.builders import NOW, a_registration

FIRST, SECOND, THIRD = (a_registration(device=number) for number in (1, 2, 3))
EXPIRING = a_registration(device=4, expires_at=NOW + 100)


def changed_at(now: int, before: Register) -> Register:
    """One more device."""
    return before.with_(a_registration(device=9), now)


def test_what_has_ended_is_remembered_for_five_minutes() -> None:
    ended = Register("").with_(FIRST, NOW).without(FIRST, NOW)
    remembered = (Ended(FIRST, Reason.DELETED, NOW, 2),)

    assert KEPT_AFTER_ITS_END == 300
    assert ended.ended == remembered
    assert changed_at(NOW + 299, ended).ended == remembered
    assert changed_at(NOW + 300, ended).ended == ()


def test_what_has_expired_is_told_however_late_and_remembered_from_its_expiry_on() -> None:
    before = Register("").with_(EXPIRING, NOW)
    expired = (Ended(EXPIRING, Reason.EXPIRED, NOW + 100, 2),)

    swept = before.without_expired(NOW + 5000)
    assert tuple(swept.just_ended) == expired
    assert changed_at(NOW + 5000, swept).ended == ()
    assert changed_at(NOW + 399, before.without_expired(NOW + 100)).ended == expired


def test_only_the_last_so_many_are_remembered() -> None:
    registrations = [a_registration(device=number) for number in range(KEPT_AT_MOST + 3)]
    register = Register("")
    for registration in registrations:
        register = register.with_(registration, NOW).without(registration, NOW)

    assert KEPT_AT_MOST == 20
    assert [end.registration for end in register.ended] == registrations[3:]

    expiring = Register("", registrations={each.registration_id: each for each in registrations})
    swept = expiring.without_expired(FIRST.expires_at)
    assert [end.registration for end in swept.ended] == registrations[3:]


def test_a_change_has_ended_what_it_took_out_and_nothing_that_is_remembered() -> None:
    register = Register("").with_(FIRST, NOW).with_(SECOND, NOW).with_(EXPIRING, NOW)
    changes: list[tuple[Callable[[Register], Register], list[Registration]]] = [
        (lambda known: known.without(FIRST, NOW), [FIRST]),
        (lambda known: known.with_(THIRD, NOW), []),
        (lambda known: known.with_(THIRD.until(NOW + 500), NOW), []),
        (lambda known: known.without(SECOND, NOW + 100), [EXPIRING, SECOND]),
        (lambda known: known.without_expired(NOW + 101), []),
    ]

    for change, taken_out in changes:
        register = change(register)
        assert [end.registration for end in register.just_ended] == taken_out
    assert [end.registration for end in register.ended] == [FIRST, EXPIRING, SECOND]


def test_lately_there_were_those_that_are_stored_then_the_last_that_have_ended() -> None:
    register = Register("").with_(EXPIRING, NOW).with_(FIRST, NOW).with_(SECOND, NOW)
    register = register.with_(THIRD, NOW).without(FIRST, NOW + 1).without(SECOND, NOW + 2)

    assert EXPIRING not in register.active(NOW + 100)
    assert register.remembered == [EXPIRING, THIRD, SECOND.until(NOW + 2), FIRST.until(NOW + 1)]
    swept = register.without_expired(NOW + 200).remembered
    assert swept == [THIRD, EXPIRING, SECOND.until(NOW + 2), FIRST.until(NOW + 1)]
