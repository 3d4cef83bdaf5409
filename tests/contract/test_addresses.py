"""Addresses: CAMARA's pattern, in code and document, and what it lets through."""

import pytest

from call_handling.bodies import ADDRESS_PATTERN, MediaSessionCreate
from camara.address import address_of, subscriber_of
from camara.errors import InvalidArgument
from tests.support.contract import validator
from tests.support.openapi import schema

CAMARA_PATTERN = (
    r"^(tel:\+[1-9][0-9]{4,14}"
    r"|tel:[0-9*#]{1,15};phone-context=(?:\+[1-9][0-9]{0,14}"
    r"|[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)+)"
    r"|sip:[A-Za-z0-9_.!%+\-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
    r"|sip:[0-9*#]{1,15};phone-context=(?:\+[1-9][0-9]{0,14}"
    r"|[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)+)"
    r"@[A-Za-z0-9.-]+\.[A-Za-z]{2,};user=phone"
    r"|urn:service:sos(?:\.[a-z0-9](?:[a-z0-9\-]{0,30}[a-z0-9])?)*"
    r"|sip:anonymous@anonymous\.invalid)$"
)

GOOD = [
    "tel:+12025550101",
    "tel:+12025",
    "tel:+120255501011234",
    "tel:0101;phone-context=+1202555",
    "tel:*21#;phone-context=ims.example.com",
    "tel:0101;phone-context=a-b.example",
    "sip:+12025550101@ims.example.com",
    "sip:alice@example.com",
    "sip:alice_b.c!d%20+e-f@sub-domain.example.org",
    "sip:%7E%2A%27%28%29%3b%3D@EXAMPLE.com",
    "sip:0101%3Bphone-context%3D%2B1202@example.com",
    "sip:0101;phone-context=ims.example.com@example.com;user=phone",
    "sip:0101;phone-context=+1202555@example.com;user=phone",
    "sip:anonymous@anonymous.invalid",
    "urn:service:sos",
    "urn:service:sos.fire",
    "urn:service:sos.animal-control.a1",
]
BAD = [
    "",
    " ",
    "+12025550101",
    "12025550101",
    "tel:",
    "tel:12025550101",
    "tel:+02025550101",
    "tel:+1202",
    "tel:+1202555010112345",
    "tel:+1-202-555-0101",
    "tel:+12025550101 ",
    " tel:+12025550101",
    "tel:+12025550101\n",
    "TEL:+12025550101",
    "tel:+12025550101;phone-context=+1",
    "tel:0101",
    "tel:0101;phone-context=localhost",
    "tel:0101;phone-context=-a.example",
    "tel:0101;phone-context=+0",
    "tel:٠١٢;phone-context=example.com",
    "sip:alice",
    "sip:@example.com",
    "sip:alice@example",
    "sip:alice@example.c",
    "sip:alice@example.com;user=phone",
    "sip:alice smith@example.com",
    "sip:älice@example.com",
    "sip:alice@exämple.com",
    "sip:0101;phone-context=ims.example.com@example.com",
    "sips:alice@example.com",
    "urn:service:so",
    "urn:service:sos.",
    "urn:service:sos.Fire",
    "urn:service:sos.-fire",
    "urn:service:counseling",
    "http://example.com",
]


def _create(address: str) -> MediaSessionCreate:
    """Use the address as the originator's; nobody is called at the receiver's."""
    return MediaSessionCreate.parse(
        {
            "originatorAddress": address,
            "receiverAddress": "tel:+12025550199",
            "offer": {"sdp": "v=0"},
        }
    )


def test_the_code_has_camaras_pattern() -> None:
    assert ADDRESS_PATTERN == CAMARA_PATTERN


def test_the_document_has_camaras_pattern() -> None:
    address = schema("Address")

    assert (address["type"], address["pattern"], address["maxLength"]) == (
        "string",
        CAMARA_PATTERN,
        256,
    )


@pytest.mark.parametrize("address", GOOD)
def test_good_addresses(address: str) -> None:
    assert validator(schema("Address")).is_valid(address)
    assert _create(address).originator_address == address


@pytest.mark.parametrize(
    "user", ["a%", "a%4", "a%4g", "%00", "%0D%0A", "%E2%80%AE", "%FF", "%2541", "%C3%28"]
)
def test_users_that_the_pattern_lets_through_and_that_cannot_be_decoded(user: str) -> None:
    assert validator(schema("Address")).is_valid(f"sip:{user}@example.com")
    with pytest.raises(InvalidArgument):
        _create(f"sip:{user}@example.com")


@pytest.mark.parametrize("address", [each for each in GOOD if subscriber_of(each)])
def test_what_is_shown_of_a_good_address_is_one(address: str) -> None:
    shown = address_of(subscriber_of(address) or "")

    assert validator(schema("Address")).is_valid(shown)
    assert subscriber_of(shown) == subscriber_of(address)


@pytest.mark.parametrize("address", BAD)
def test_bad_addresses(address: str) -> None:
    # JSON Schema's $ is the end; Python's would let a line end follow.
    assert not validator(schema("Address")).is_valid(address.replace("\n", "\\n"))
    with pytest.raises(InvalidArgument):
        _create(address)
