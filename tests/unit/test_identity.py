import string
from collections.abc import Callable

import pytest

from camara.identity import (
    ActorKey,
    ClientKey,
    SubscriberKey,
    UserKey,
    derive_actor_key,
    derive_client_key,
    derive_device_key,
    derive_late_actor_key,
    derive_registration_key,
    derive_subscriber_key,
    derive_user_key,
)

NUMBER, CLIENT, USER = SubscriberKey("number"), derive_client_key("client"), UserKey("user")

every_key = pytest.mark.parametrize(
    ("key_of", "length"),
    [
        (derive_subscriber_key, 22),
        (derive_user_key, 22),
        (derive_client_key, 11),
        (lambda name: derive_actor_key(SubscriberKey(name), CLIENT, USER), 11),
        (lambda name: derive_actor_key(NUMBER, derive_client_key(name), USER), 11),
        (lambda name: derive_actor_key(NUMBER, CLIENT, UserKey(name)), 11),
        (derive_late_actor_key, 11),
        (lambda name: derive_device_key(CLIENT, name), 19),
        (lambda name: derive_registration_key(CLIENT, name), 8),
        (lambda name: derive_registration_key(derive_client_key(name), "registration-1"), 8),
    ],
    ids=[
        "subscriber",
        "user",
        "client",
        "an actor's number",
        "an actor's client",
        "an actor's user",
        "late actor",
        "device",
        "registration",
        "a registration's client",
    ],
)


def a_client(text: str) -> ClientKey:
    return ClientKey(ActorKey(text))


def test_a_subscriber_key_shows_no_number() -> None:
    assert "2025550101" not in derive_subscriber_key("+12025550101")


def test_what_is_stored_under_a_key_is_found_by_every_version_of_this_code() -> None:
    assert derive_subscriber_key("+12025550101") == "4snPpz-HqPCX66vHdacp1w"
    assert derive_user_key("user-1") == "1vwcS03btOdBRX0dhz0NRg"
    assert derive_client_key("client-1") == "7_BxgQeaXN4"
    assert derive_client_key(None) == "5KagV3R5srQ"
    assert derive_actor_key(NUMBER, a_client("client"), USER) == "Jll-OJnh4rE"
    assert derive_late_actor_key(NUMBER) == "tBenyKIEmYg"
    assert derive_device_key(ActorKey("actor"), "device-1") == "actorhqMZ_BSG"
    assert derive_registration_key(a_client("client"), "registration-1") == "mxPRTS1I"


@every_key
def test_a_key_is_short_may_be_a_name_in_an_item_and_is_nothing_elses(
    key_of: Callable[[str], str], length: int
) -> None:
    keys = {key_of(f"\u00e9 {number}") for number in range(100)}

    assert len(keys) == 100
    assert {len(key) for key in keys} == {length}
    assert set("".join(keys)) <= {*string.ascii_letters, *string.digits, "-", "_"}


def test_tokens_that_name_no_client_have_one_key_that_no_name_leads_to() -> None:
    assert derive_client_key(None) == derive_client_key(None) != derive_client_key("None")


def test_each_part_of_an_actor_has_its_place() -> None:
    parts = [("a", "b", "c"), ("b", "a", "c"), ("a", "c", "b"), ("ab", "", "c"), ("a", "bc", "")]

    assert (
        len({derive_actor_key(SubscriberKey(a), a_client(b), UserKey(c)) for a, b, c in parts}) == 5
    )


def test_the_key_of_a_device_begins_with_that_of_its_actor() -> None:
    """The same device is another one in another actor's hands."""
    one, other = (derive_device_key(ActorKey(name), "device") for name in ("actor-a", "actor-b"))

    assert one[7:] == other[7:]
    assert one[:7] == "actor-a"
