"""Code and document agree, character by character, on ids and correlators."""

from collections.abc import Callable

import pytest

from camara.errors import CamaraError, InvalidArgument, OutOfRange
from http_api.request import MAX_ID_LENGTH, Request
from tests.support.contract import validator
from tests.support.openapi import schema

LATIN_1 = [chr(code) for code in range(256)]


def _path_id(value: str) -> str:
    return Request({"pathParameters": {"mediaSessionId": value}}).path_id("mediaSessionId")


def _registration_id(value: str) -> str:
    return Request({"headers": {"RegistrationID": value}}).header_id("registrationId")


def _acting_device(value: str) -> str | None:
    return Request({"headers": {"RegistrationID": value}}).optional_header_id("registrationId")


def _correlator(value: str) -> str:
    return Request({"headers": {"X-Correlator": value}}).correlator()


def _accepts(read: Callable[[str], str | None], value: str) -> bool:
    try:
        return read(value) == value
    except CamaraError:
        return False


@pytest.mark.parametrize(
    ("read", "schema_name"),
    [
        (_path_id, "Id"),
        (_registration_id, "Id"),
        (_acting_device, "Id"),
        (_correlator, "XCorrelator"),
    ],
)
def test_characters(read: Callable[[str], str | None], schema_name: str) -> None:
    documented = validator(schema(schema_name))
    accepted = {char for char in LATIN_1 if _accepts(read, f"a{char}b")}

    assert accepted == {char for char in LATIN_1 if documented.is_valid(f"a{char}b")}


@pytest.mark.parametrize("read", [_path_id, _registration_id, _acting_device])
def test_length_of_ids(read: Callable[[str], str | None]) -> None:
    assert schema("Id")["maxLength"] == MAX_ID_LENGTH
    assert read("a" * 256)
    with pytest.raises(OutOfRange):
        read("a" * 257)
    with pytest.raises(InvalidArgument):
        read("")


def test_an_optional_id_may_be_missing() -> None:
    assert Request({"headers": {}}).optional_header_id("registrationId") is None


def test_length_of_correlators() -> None:
    documented = validator(schema("XCorrelator"))

    assert documented.is_valid("")
    assert _correlator("") == ""
    assert documented.is_valid("a" * 256)
    assert _correlator("a" * 256)
    assert not documented.is_valid("a" * 257)
    with pytest.raises(InvalidArgument):
        _correlator("a" * 257)
