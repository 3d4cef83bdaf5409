"""Who acts on a session, from what its token says."""

import pytest

from call_handling.party import NETWORK, Actor
from camara.caller import Caller
from camara.errors import IdentifierNotFound
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ALICE_KEY,
    BOB_ACTS,
    CLIENT,
    CLIENT_KEY,
    NOW,
    a_context,
)


def actor(subscriber: str | None, client_id: str | None) -> Actor:
    context = a_context(subscriber, client_id=client_id)
    return Actor.of(Caller.from_context(context, "phone_number", NOW))


def test_a_subscriber_acts_through_a_client() -> None:
    assert actor(ALICE, CLIENT) == ALICE_ACTS == (ALICE_KEY, CLIENT_KEY, False)


def test_a_client_acts_alone() -> None:
    assert actor(None, CLIENT) == (None, CLIENT_KEY, False)


def test_a_subscriber_without_a_client_acts_through_one_of_its_own() -> None:
    alone = actor(ALICE, None)

    assert alone.party == ALICE_KEY
    assert alone.client != CLIENT_KEY
    assert alone == actor(ALICE, None)


def test_neither_leads_to_no_device() -> None:
    with pytest.raises(IdentifierNotFound):
        actor(None, None)


def test_no_two_actors_share_a_name_but_the_late_ones_of_a_party() -> None:
    actors = [
        ALICE_ACTS,
        BOB_ACTS,
        Actor(ALICE_KEY, "other"),
        Actor(None, CLIENT_KEY),
        Actor(None, "other"),
        ALICE_ACTS._replace(late=True),
        BOB_ACTS._replace(late=True),
    ]
    names = {NETWORK, *(each.key for each in actors)}

    assert len(names) == len(actors) + 1
    assert Actor(ALICE_KEY, "other", late=True).key == ALICE_ACTS._replace(late=True).key


def test_a_name_is_short() -> None:
    assert len(ALICE_ACTS.key) == 34
