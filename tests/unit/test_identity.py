import string
from collections.abc import Callable

import pytest

from camara.identity import client_key, subscriber_key, user_key


def test_a_subscriber_key_is_short_and_shows_no_number() -> None:
    key = subscriber_key("+12025550101")

    assert len(key) == 22
    assert "2025550101" not in key
    assert key != subscriber_key("+12025550102")


def test_a_user_key_and_a_client_key_are_short_too() -> None:
    assert (len(user_key("user-1")), len(client_key("client-1"))) == (22, 11)
    assert user_key("user-1") != user_key("user-2")
    assert client_key("client-1") != client_key("client-2")


def test_what_is_stored_under_a_key_is_found_by_every_version_of_this_code() -> None:
    assert subscriber_key("+12025550101") == "4snPpz-HqPCX66vHdacp1w"
    assert user_key("user-1") == "1vwcS03btOdBRX0dhz0NRg"
    assert client_key("client-1") == "7_BxgQeaXN4"
    assert client_key(None) == "5KagV3R5srQ"


@pytest.mark.parametrize(
    ("key_of", "length"), [(subscriber_key, 22), (user_key, 22), (client_key, 11)]
)
def test_a_key_may_be_a_name_in_an_item(key_of: Callable[[str], str], length: int) -> None:
    for number in range(100):
        key = key_of(f"\u00e9 {number}")
        assert len(key) == length
        assert set(key) <= {*string.ascii_letters, *string.digits, "-", "_"}


def test_tokens_that_name_no_client_have_one_key_that_no_name_leads_to() -> None:
    assert client_key(None) == client_key(None) != client_key("None")
