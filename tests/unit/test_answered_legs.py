"""Where a call has rung, who has answered it, and who has lost it by that."""

from dataclasses import replace

import pytest

from call_handling.legs import (
    DEVICES_REMEMBERED,
    SLOWEST_REQUEST_SECONDS,
    Answerer,
    DeviceNotAllowed,
    Legs,
)
from camara.actor import Actor
from registration.register import Ended, Reason, Register, Registration
from tests.support.builders import (
    ALICE_ACTS,
    BOB,
    EVE_ACTS,
    NOW,
    a_registration,
    an_actor,
    an_answerer,
    legs,
    registration_id,
)
from tests.support.sessions import a_register, late

PHONE, DESK = "phone", "desk"
BOB_RINGS, BOB_AT_HIS_DESK = an_actor(BOB, PHONE), an_actor(BOB, DESK)
ANOTHER_USER = an_actor(BOB, PHONE, "another user")
PHONE_ALONE = an_actor(None, PHONE)
SINCE, UNTIL = NOW - 60, NOW

MOBILE, TABLET = (a_registration(BOB, number, client_id=PHONE) for number in (1, 2))
AT_HIS_DESK = a_registration(BOB, 3, client_id=DESK)
ANOTHER_USERS = a_registration(BOB, 4, client_id=PHONE, sub="another user")
BOBS = (MOBILE, TABLET, AT_HIS_DESK, ANOTHER_USERS)


def with_ended(register: Register, *devices: Registration, at: int = UNTIL) -> Register:
    """The register remembers these, too."""
    ended = tuple(Ended(device, Reason.DELETED, at, 2) for device in devices)
    return replace(register, ended=ended)


def heard_by(rings: Registration, register: Register) -> list[str]:
    """Return the devices that have heard a call that was placed when this one was registered."""
    return [known.device for known in legs(rings).rang(register, SINCE, UNTIL)]


def answered(actor: Actor, named: str | None = None, register: Register | None = None) -> Legs:
    """A call that has rung for a minute on all of Bob's devices, answered by one of his actors."""
    known = register or a_register(*BOBS)
    return legs(*BOBS).answered(actor, named, known, since=SINCE, now=UNTIL)


class TestRang:
    def test_a_device_that_was_registered_when_it_was_placed_whatever_became_of_it(self) -> None:
        expired = replace(MOBILE, expires_at=SINCE)

        for register in (
            a_register(MOBILE),
            a_register(expired),
            with_ended(Register(""), MOBILE, at=SINCE),
        ):
            assert heard_by(MOBILE, register) == [MOBILE.device]

    @pytest.mark.parametrize(
        ("made_at", "hears_it"),
        [
            (SINCE - SLOWEST_REQUEST_SECONDS - 1, False),
            (SINCE - SLOWEST_REQUEST_SECONDS, True),
            (SINCE, True),
            (UNTIL - 1, True),
            (UNTIL, False),
        ],
    )
    def test_another_if_it_was_made_as_it_rang_or_was_on_its_way(
        self, made_at: int, *, hears_it: bool
    ) -> None:
        device = replace(AT_HIS_DESK, made_at=made_at)

        for register in (a_register(MOBILE, device), with_ended(a_register(MOBILE), device)):
            heard = heard_by(MOBILE, register)
            assert heard == ([MOBILE.device, device.device] if hears_it else [MOBILE.device])

    @pytest.mark.parametrize(("seconds", "hears_it"), [(0, False), (1, True)])
    def test_none_that_was_gone_before_it_was_placed(self, seconds: int, *, hears_it: bool) -> None:
        """It may have come and gone in that very second."""
        end = SINCE + seconds
        device = replace(AT_HIS_DESK, made_at=SINCE)
        expired = replace(device, expires_at=end)

        for register in (a_register(expired), with_ended(Register(""), device, at=end)):
            assert heard_by(MOBILE, register) == ([device.device] if hears_it else [])


class TestAnswered:
    @pytest.mark.parametrize(
        ("actor", "named", "devices"),
        [
            (BOB_RINGS, None, [MOBILE, TABLET]),
            (BOB_RINGS, TABLET.registration_id, [TABLET]),
            (late(BOB_RINGS), TABLET.registration_id, [TABLET]),
            (BOB_AT_HIS_DESK, None, [AT_HIS_DESK]),
            (PHONE_ALONE, None, [MOBILE, TABLET, ANOTHER_USERS]),
            (PHONE_ALONE, ANOTHER_USERS.registration_id, [ANOTHER_USERS]),
        ],
    )
    def test_the_leg_is_held_by_the_device_that_answers_or_by_all_of_its_actor(
        self, actor: Actor, named: str | None, devices: list[Registration]
    ) -> None:
        assert answered(actor, named) == replace(
            legs(*BOBS),
            actors=frozenset(device.actor for device in devices),
            clients=frozenset(device.client for device in devices),
            holders=frozenset(device.key for device in devices),
            devices=frozenset(device.device for device in BOBS),
            answered_by=Answerer.of(actor, named),
        )

    def test_a_device_that_was_registered_since_may_answer(self) -> None:
        new = a_registration(BOB, 9, client_id=DESK)
        after = legs(MOBILE).answered(
            late(BOB_AT_HIS_DESK), None, a_register(MOBILE, new), since=SINCE, now=UNTIL
        )

        assert after.holders == {new.key}
        assert after.devices == {MOBILE.device, new.device}

    @pytest.mark.parametrize(
        ("actor", "named", "register"),
        [
            pytest.param(BOB_RINGS, AT_HIS_DESK.registration_id, BOBS, id="another actor's"),
            pytest.param(BOB_RINGS, ANOTHER_USERS.registration_id, BOBS, id="another user's"),
            pytest.param(PHONE_ALONE, AT_HIS_DESK.registration_id, BOBS, id="another client's"),
            pytest.param(BOB_RINGS, registration_id(BOB, 9), BOBS, id="nobody's"),
            pytest.param(
                BOB_RINGS, MOBILE.registration_id, [replace(MOBILE, expires_at=NOW)], id="expired"
            ),
            pytest.param(BOB_RINGS, None, [replace(MOBILE, expires_at=NOW)], id="all expired"),
            pytest.param(BOB_RINGS, None, [AT_HIS_DESK], id="none"),
        ],
    )
    def test_nobody_answers_without_an_active_device_of_his_own(
        self, actor: Actor, named: str | None, register: list[Registration]
    ) -> None:
        with pytest.raises(DeviceNotAllowed):
            answered(actor, named, a_register(*register))

    def test_the_devices_that_it_rang_are_told_to_the_end_whatever_became_of_them(self) -> None:
        new = a_registration(BOB, 9, client_id=DESK, made_at=UNTIL)
        too_late = a_registration(BOB, 10, client_id=DESK, made_at=UNTIL + 1)
        register = with_ended(a_register(MOBILE, new, too_late), AT_HIS_DESK)

        after = answered(BOB_RINGS, None, register)

        assert after.devices == {MOBILE.device, new.device, AT_HIS_DESK.device}

    def test_of_many_devices_those_that_may_have_answered_are_told_first(self) -> None:
        many = [a_registration(BOB, number, client_id=DESK) for number in range(30)]
        own = [a_registration(BOB, number, client_id=PHONE) for number in range(30, 33)]
        register = a_register(*many, *own)

        after = legs(*many, *own).answered(BOB_RINGS, None, register, since=SINCE, now=UNTIL)

        first = [*own, *many][:DEVICES_REMEMBERED]
        assert after.devices == {device.device for device in first}
        assert len(after.devices) == DEVICES_REMEMBERED == 8

    def test_a_device_that_may_have_answered_is_told_once(self) -> None:
        after = legs(MOBILE).answered(BOB_RINGS, None, a_register(MOBILE), since=SINCE, now=UNTIL)

        assert after.devices == {MOBILE.device}


class TestAnsweredElsewhere:
    """Whose late answer is told that another device was faster."""

    @pytest.mark.parametrize(
        "actor", [BOB_RINGS, BOB_AT_HIS_DESK, PHONE_ALONE, ALICE_ACTS, EVE_ACTS]
    )
    @pytest.mark.parametrize("named", [None, MOBILE.registration_id, TABLET.registration_id])
    def test_is_nobody_while_it_rings(self, actor: Actor, named: str | None) -> None:
        assert not legs(*BOBS).is_answered_elsewhere(actor, named)

    @pytest.mark.parametrize(
        ("actor", "named", "on_mobile", "on_either"),
        [
            (BOB_RINGS, None, False, False),
            (BOB_RINGS, MOBILE, False, False),
            (BOB_RINGS, TABLET, True, False),
            (BOB_AT_HIS_DESK, None, True, True),
            (BOB_AT_HIS_DESK, AT_HIS_DESK, True, True),
            (late(BOB_AT_HIS_DESK), None, True, True),
            (ANOTHER_USER, None, True, True),
            (ALICE_ACTS, None, False, False),
            (ALICE_ACTS, AT_HIS_DESK, False, False),
            (PHONE_ALONE, None, False, False),
            (PHONE_ALONE, MOBILE, False, False),
            (PHONE_ALONE, TABLET, True, False),
            (PHONE_ALONE, AT_HIS_DESK, True, True),
            (an_actor(None), None, False, False),
            (EVE_ACTS, None, False, False),
            (an_actor(BOB, "never rang"), None, False, False),
            (an_actor(None, "never rang"), None, False, False),
        ],
    )
    def test_is_a_device_that_rang_or_another_one_of_who_answered(
        self, actor: Actor, named: Registration | None, *, on_mobile: bool, on_either: bool
    ) -> None:
        name = named.registration_id if named else None
        one, either = answered(BOB_RINGS, MOBILE.registration_id), answered(BOB_RINGS)

        assert one.is_answered_elsewhere(actor, name) is on_mobile
        assert either.is_answered_elsewhere(actor, name) is on_either

    def test_is_a_device_that_came_late(self) -> None:
        new = a_registration(BOB, 9, client_id="new", made_at=UNTIL)
        after = answered(BOB_RINGS, None, a_register(MOBILE, new))

        assert after.is_answered_elsewhere(an_actor(BOB, "new"), None)


class TestAnswerer:
    def test_is_an_actor_by_the_device_that_it_names(self) -> None:
        named = MOBILE.registration_id

        assert Answerer.of(BOB_RINGS, named) == (BOB_RINGS.key, MOBILE.key)
        assert Answerer.of(BOB_RINGS, None) == (BOB_RINGS.key, "")

    @pytest.mark.parametrize(
        ("one", "other", "may_be"),
        [
            (("phone", ""), ("phone", ""), True),
            (("phone", ""), ("phone", "1"), True),
            (("phone", "1"), ("phone", "1"), True),
            (("phone", "1"), ("desk", "1"), False),
            (("phone", "1"), ("phone", "2"), False),
            (("phone", "1"), ("desk", "2"), False),
            (("phone", "1"), ("desk", ""), False),
            (("phone", ""), ("desk", ""), False),
        ],
    )
    def test_may_be_another_of_the_same_actor_by_what_they_name(
        self, one: tuple[str, str], other: tuple[str, str], *, may_be: bool
    ) -> None:
        assert an_answerer(*one).may_be(an_answerer(*other)) is may_be
        assert an_answerer(*other).may_be(an_answerer(*one)) is may_be
