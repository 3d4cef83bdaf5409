"""By what name an actor is found in ``endings``."""

import itertools

from call_handling.call_actor import NETWORK, LateActor, entry_of
from camara.identity import derive_late_actor_key
from tests.support.builders import ALICE, BOB, BOB_ACTS, BOB_KEY, NOW, an_actor
from tests.support.sessions import late


def test_an_actor_is_found_by_its_own_key() -> None:
    for actor in (BOB_ACTS, an_actor(None)):
        assert entry_of(actor) == actor.key


def test_all_late_actors_of_a_number_are_found_by_one_name() -> None:
    lates = [
        late(an_actor(BOB, *who)) for who in itertools.product(("client-1", None), ("one", "other"))
    ]

    assert {entry_of(actor) for actor in lates} == {derive_late_actor_key(BOB_KEY)}
    assert len({actor.key for actor in lates}) == 4


def test_a_late_actor_is_itself_all_the_same() -> None:
    actor = late(BOB_ACTS, NOW + 5)

    assert isinstance(actor, LateActor)
    assert (actor.key, actor.registered_at) == (BOB_ACTS.key, NOW + 5)
    assert actor != BOB_ACTS


def test_no_two_kinds_of_names_collide() -> None:
    who = [an_actor(*names) for names in itertools.product((ALICE, BOB), ("client-1", None))]
    clients = [an_actor(None, name) for name in ("client-1", "late", ALICE, BOB)]
    names = [
        NETWORK,
        *map(entry_of, who),
        *map(entry_of, clients),
        *{entry_of(late(actor)) for actor in who},
    ]

    assert len(set(names)) == len(names) == 11


def test_a_name_is_short() -> None:
    for actor in (BOB_ACTS, an_actor(None), late(BOB_ACTS)):
        assert len(entry_of(actor)) == 11
