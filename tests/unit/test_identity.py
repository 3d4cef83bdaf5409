import string
from collections.abc import Callable

import pytest

from camara.identity import (
    actor_key,
    client_key,
    device_key,
    late_actor_key,
    registration_key,
    subscriber_key,
    user_key,
)

every_key = pytest.mark.parametrize(
    ("key_of", "length"),
    [
        (subscriber_key, 22),
        (user_key, 22),
        (client_key, 11),
        (lambda name: actor_key(name, "client", "user"), 11),
        (lambda name: actor_key("number", name, "user"), 11),
        (lambda name: actor_key("number", "client", name), 11),
        (late_actor_key, 11),
        (lambda name: device_key("of-an-actor", name), 19),
        (lambda name: registration_key("client", name), 8),
        (lambda name: registration_key(name, "registration-1"), 8),
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


def test_a_subscriber_key_shows_no_number() -> None:
    assert "2025550101" not in subscriber_key("+12025550101")


def test_what_is_stored_under_a_key_is_found_by_every_version_of_this_code() -> None:
    assert subscriber_key("+12025550101") == "4snPpz-HqPCX66vHdacp1w"
    assert user_key("user-1") == "1vwcS03btOdBRX0dhz0NRg"
    assert client_key("client-1") == "7_BxgQeaXN4"
    assert client_key(None) == "5KagV3R5srQ"
    assert actor_key("number", "client", "user") == "Jll-OJnh4rE"
    assert late_actor_key("number") == "tBenyKIEmYg"
    assert device_key("actor", "device-1") == "actorhqMZ_BSG"
    assert registration_key("client", "registration-1") == "mxPRTS1I"


@every_key
def test_a_key_is_short_may_be_a_name_in_an_item_and_is_nothing_elses(
    key_of: Callable[[str], str], length: int
) -> None:
    keys = {key_of(f"\u00e9 {number}") for number in range(100)}

    assert len(keys) == 100
    assert {len(key) for key in keys} == {length}
    assert set("".join(keys)) <= {*string.ascii_letters, *string.digits, "-", "_"}


def test_tokens_that_name_no_client_have_one_key_that_no_name_leads_to() -> None:
    assert client_key(None) == client_key(None) != client_key("None")


def test_each_part_of_an_actor_has_its_place() -> None:
    parts = [("a", "b", "c"), ("b", "a", "c"), ("a", "c", "b"), ("ab", "", "c"), ("a", "bc", "")]

    assert len({actor_key(*each) for each in parts}) == 5


def test_the_key_of_a_device_begins_with_that_of_its_actor() -> None:
    """The same device is another one in another actor's hands."""
    assert device_key("actor-a", "device")[7:] == device_key("actor-b", "device")[7:]
    assert device_key("actor-a", "device")[:7] == "actor-a"
