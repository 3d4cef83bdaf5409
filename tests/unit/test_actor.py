"""Who acts, from what its token says."""

import itertools

import pytest

from camara.actor import Actor
from camara.caller import Caller
from camara.errors import IdentifierNotFound
from camara.identity import SubscriberKey, UserKey, derive_client_key, derive_user_key
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ALICE_KEY,
    BOB,
    CLIENT,
    CLIENT_KEY,
    NOW,
    a_context,
    an_actor,
    sub_of,
)


def actor(subscriber: str | None, client_id: str | None = CLIENT, sub: str | None = None) -> Actor:
    context = a_context(subscriber, client_id=client_id, sub=sub or sub_of(subscriber))
    return Actor.of(Caller.from_context(context, "phone_number", NOW))


def test_a_user_of_a_number_acts_through_a_client() -> None:
    user = derive_user_key(sub_of(ALICE))

    assert actor(ALICE) == ALICE_ACTS == Actor(ALICE_KEY, CLIENT_KEY, user)


def test_a_client_acts_alone_whatever_user_its_token_names() -> None:
    assert actor(None) == actor(None, sub="app") == Actor(None, CLIENT_KEY, None)


@pytest.mark.parametrize("client_id", [None, ""])
def test_a_subscriber_whose_token_names_no_client_acts_through_one_of_its_own(
    client_id: str | None,
) -> None:
    assert actor(ALICE, client_id) == Actor(ALICE_KEY, derive_client_key(None), ALICE_ACTS.user)
    assert derive_client_key(None) != CLIENT_KEY


@pytest.mark.parametrize("client_id", [None, ""])
def test_neither_subscriber_nor_client_leads_to_no_device(client_id: str | None) -> None:
    with pytest.raises(IdentifierNotFound):
        actor(None, client_id)


def test_who_has_no_name_is_the_subscriber() -> None:
    nameless = Caller(user=None, subscriber=ALICE, client_id=CLIENT, scopes=frozenset())

    assert Actor.of(nameless) == Actor(ALICE_KEY, CLIENT_KEY, derive_user_key(ALICE))


def test_another_number_client_or_user_is_another_actor() -> None:
    actors = [
        actor(*who)
        for who in itertools.product((ALICE, BOB), (CLIENT, "client-2", None), ("one", "other"))
    ]

    assert len({each.key for each in actors}) == len(set(actors)) == 12


def test_a_client_alone_is_its_own_key() -> None:
    assert an_actor(None, CLIENT).key == CLIENT_KEY


def test_an_actor_is_no_client_alone_even_where_all_its_parts_are_the_same() -> None:
    parts = (CLIENT_KEY, "")
    users = (*map(UserKey, parts), None)

    keys = {
        Actor(SubscriberKey(number), CLIENT_KEY, user).key for number in parts for user in users
    }

    assert len(keys) == 4
    assert CLIENT_KEY not in keys
