"""Who acts for which leg of a call, and by which of its devices."""

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from call_handling.legs import CallingDevice, DeviceNotAllowed, Legs, NotAParty, Unbound
from call_handling.status import Role
from camara.actor import Actor
from camara.errors import InvalidTokenContext
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    BOB_KEY,
    EVE,
    NOW,
    a_registration,
    an_actor,
    legs,
    registration_id,
)
from tests.support.sessions import a_register, late

APP, PHONE, DESK = "app", "phone", "desk"
ALICES = a_registration(ALICE, client_id=APP)


def ringing(*clients: str) -> Legs:
    """A call through ``APP`` to Bob, who has a device through each of these clients, or none."""
    known = [a_registration(BOB, number, client_id=name) for number, name in enumerate(clients, 1)]
    if known:
        return legs(*known, caller=ALICES)
    nobody: frozenset[Any] = frozenset()
    return replace(legs(caller=ALICES), actors=nobody, clients=nobody, holders=nobody)


def answered(*clients: str, by: str, named: int | None = None) -> Legs:
    """The same, answered through one of them."""
    known = [a_registration(BOB, number, client_id=name) for number, name in enumerate(clients, 1)]
    device = registration_id(BOB, named) if named else None
    return ringing(*clients).answered(
        an_actor(BOB, by), device, a_register(*known), since=NOW, now=NOW
    )


def roles(of: Legs) -> dict[tuple[str | None, str], Role]:
    """Return the role of each actor that has one."""
    found = {}
    for who in itertools.product((ALICE, BOB, EVE, None), (APP, PHONE, DESK)):
        with contextlib.suppress(InvalidTokenContext):
            found[who] = of.role_of(an_actor(*who))
    return found


def role_of(of: Legs, actor: Actor) -> Role | type[InvalidTokenContext]:
    try:
        return of.role_of(actor)
    except InvalidTokenContext as refusal:
        return type(refusal)


def test_the_legs_of_a_call_are_those_of_the_devices_that_it_is_between() -> None:
    alice = an_actor(ALICE, APP)
    rings = [a_registration(BOB, 1, client_id=PHONE), a_registration(BOB, 2, client_id=DESK)]

    made = Legs.between(
        CallingDevice(alice, ALICES.registration_id, ALICES.device), BOB_KEY, iter(rings)
    )

    assert made == Legs(
        originator=ALICE_KEY,
        registration_id=registration_id(ALICE),
        caller=ALICES.device,
        caller_client=alice.client,
        receiver=BOB_KEY,
        actors=frozenset({an_actor(BOB, PHONE).key, an_actor(BOB, DESK).key}),
        clients=frozenset({an_actor(None, PHONE).client, an_actor(None, DESK).client}),
        holders=frozenset(each.key for each in rings),
        devices=frozenset(),
        answered_by=None,
    )
    assert made.caller_actor == alice.key


class TestRoles:
    def test_two_clients_have_a_leg_each_and_so_has_each_alone(self) -> None:
        assert roles(ringing(PHONE)) == {
            (ALICE, APP): "originator",
            (BOB, PHONE): "receiver",
            (None, APP): "originator",
            (None, PHONE): "receiver",
        }

    def test_a_client_alone_that_has_both_legs_acts_for_the_originating_one(self) -> None:
        for of in (ringing(APP), answered(APP, by=APP)):
            assert roles(of) == {
                (ALICE, APP): "originator",
                (BOB, APP): "receiver",
                (None, APP): "originator",
            }

    def test_the_receiver_has_its_leg_through_each_of_its_clients(self) -> None:
        assert roles(ringing(PHONE, DESK, PHONE)) == {
            (ALICE, APP): "originator",
            (BOB, PHONE): "receiver",
            (BOB, DESK): "receiver",
            (None, APP): "originator",
            (None, PHONE): "receiver",
            (None, DESK): "receiver",
        }

    def test_a_receiver_without_devices_has_its_leg_through_none(self) -> None:
        assert roles(ringing()) == {(ALICE, APP): "originator", (None, APP): "originator"}

    def test_who_answers_has_its_leg_alone(self) -> None:
        assert roles(answered(PHONE, DESK, by=DESK)) == {
            (ALICE, APP): "originator",
            (BOB, DESK): "receiver",
            (None, APP): "originator",
            (None, DESK): "receiver",
        }

    def test_another_user_of_a_number_is_somebody_else(self) -> None:
        for of in (ringing(PHONE), answered(PHONE, by=PHONE)):
            for who in ((ALICE, APP), (BOB, PHONE)):
                assert an_actor(*who, sub="another user").key not in of.roles

    @pytest.mark.parametrize("clients", [(), (APP,), (PHONE,)])
    @pytest.mark.parametrize("user", [None, "another user"])
    def test_a_late_receiver_has_its_leg_through_any_client_until_the_answer(
        self, clients: tuple[str, ...], user: str | None
    ) -> None:
        for client in (APP, PHONE, DESK):
            actor = late(an_actor(BOB, client, user))
            assert role_of(ringing(*clients), actor) == "receiver"
            assert role_of(answered(PHONE, by=PHONE), actor) is NotAParty

    @pytest.mark.parametrize("number", [ALICE, EVE])
    def test_nobody_else_comes_late(self, number: str) -> None:
        assert role_of(ringing(PHONE), late(an_actor(number, APP))) is NotAParty

    @pytest.mark.parametrize(
        ("actor", "while_it_rings"),
        [
            (an_actor(BOB, DESK), Unbound),
            (an_actor(BOB, PHONE, "another user"), Unbound),
            (an_actor(ALICE, DESK), NotAParty),
            (an_actor(ALICE, APP, "another user"), NotAParty),
            (an_actor(EVE, PHONE), NotAParty),
            (an_actor(None, DESK), NotAParty),
        ],
    )
    def test_only_the_receiver_is_told_from_a_stranger_and_only_while_it_rings(
        self, actor: Actor, while_it_rings: type[InvalidTokenContext]
    ) -> None:
        """It may have a device since; nobody else becomes a party."""
        assert role_of(ringing(PHONE), actor) is while_it_rings
        assert role_of(answered(PHONE, by=PHONE), actor) is NotAParty


RINGING = partial(ringing, PHONE, PHONE, DESK)
ON_ONE = partial(answered, PHONE, PHONE, DESK, by=PHONE, named=1)
ON_ANY = partial(answered, PHONE, PHONE, DESK, by=PHONE)

type Made = Callable[[], Legs]

OWN, UNKNOWN = registration_id(ALICE), registration_id(BOB, 9)
FIRST, SECOND, THIRD = (registration_id(BOB, number) for number in (1, 2, 3))
ALICE_CALLS, BOB_RINGS, BOB_AT_HIS_DESK = (
    an_actor(*who) for who in ((ALICE, APP), (BOB, PHONE), (BOB, DESK))
)
APP_ALONE, PHONE_ALONE = an_actor(None, APP), an_actor(None, PHONE)


def require_holder(legs: Legs, actor: Actor, named: str | None) -> None:
    legs.require_holder(legs.role_of(actor), actor, named)


@pytest.mark.parametrize("of", [RINGING, ON_ONE, ON_ANY])
@pytest.mark.parametrize(
    ("actor", "named"),
    [(actor, None) for actor in (ALICE_CALLS, APP_ALONE, BOB_RINGS, PHONE_ALONE)]
    + [(actor, OWN) for actor in (ALICE_CALLS, APP_ALONE)]
    + [(actor, FIRST) for actor in (BOB_RINGS, PHONE_ALONE)],
)
def test_who_names_no_device_or_one_that_holds_the_leg_may_act(
    of: Made, actor: Actor, named: str | None
) -> None:
    require_holder(of(), actor, named)


@pytest.mark.parametrize("of", [RINGING, ON_ANY])
@pytest.mark.parametrize("actor", [BOB_RINGS, PHONE_ALONE])
def test_each_of_the_devices_that_ring_or_of_those_that_may_have_answered_holds_the_leg(
    of: Made, actor: Actor
) -> None:
    for named in (FIRST, SECOND):
        require_holder(of(), actor, named)


@pytest.mark.parametrize(
    ("of", "actor", "named", "refused"),
    [
        *((RINGING, actor, UNKNOWN, Unbound) for actor in (BOB_RINGS, PHONE_ALONE)),
        *((RINGING, actor, OWN, Unbound) for actor in (BOB_RINGS, PHONE_ALONE)),
        *((ON_ONE, BOB_RINGS, named, DeviceNotAllowed) for named in (SECOND, THIRD, UNKNOWN)),
        *((ON_ANY, BOB_RINGS, named, DeviceNotAllowed) for named in (THIRD, UNKNOWN)),
        *(
            (of, actor, named, DeviceNotAllowed)
            for of in (RINGING, ON_ONE, ON_ANY)
            for actor in (ALICE_CALLS, APP_ALONE)
            for named in (registration_id(ALICE, 2), FIRST, UNKNOWN)
        ),
    ],
)
def test_no_other_device_does_but_the_receiver_may_have_a_new_one_while_it_rings(
    of: Made, actor: Actor, named: str, refused: type[InvalidTokenContext]
) -> None:
    with pytest.raises(InvalidTokenContext) as refusal:
        require_holder(of(), actor, named)

    assert refusal.type is refused


def test_a_late_actors_device_is_known_to_be_one() -> None:
    require_holder(RINGING(), late(BOB_AT_HIS_DESK), UNKNOWN)


@pytest.mark.parametrize(
    ("of", "actor"),
    [
        (RINGING, an_actor(EVE)),
        (RINGING, late(an_actor(EVE))),
        (ON_ONE, BOB_AT_HIS_DESK),
        (ON_ONE, late(BOB_RINGS)),
    ],
)
@pytest.mark.parametrize("named", [None, FIRST, THIRD, OWN])
def test_who_has_no_leg_has_none_by_any_device(of: Made, actor: Actor, named: str | None) -> None:
    with pytest.raises(InvalidTokenContext):
        require_holder(of(), actor, named)
