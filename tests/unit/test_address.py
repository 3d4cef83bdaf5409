import pytest

from camara.address import address_of, is_anonymous, is_emergency, subscriber_of

NUMBERS = {"112", "911", "08", "110112"}


@pytest.mark.parametrize(
    ("address", "subscriber"),
    [
        ("tel:+12025550101", "+12025550101"),
        ("TEL:+1-202-555-0101", "+12025550101"),
        ("tel:+12025550101;isub=1", "+12025550101"),
        ("sip:+12025550101@ims.example.com;user=phone", "+12025550101"),
        ("sip:+12025550101@ims.example.com", "+12025550101"),
        ("sip:alice@IMS.example.com", "sip:alice@ims.example.com"),
        ("sip:Alice@ims.example.com;transport=tcp", "sip:Alice@ims.example.com"),
        ("tel:5550101;phone-context=+1202", "5550101;phone-context=+1202"),
        ("tel:5550101;isub=1;phone-context=+1202", "5550101;phone-context=+1202"),
        ("tel:5550101;phone-context=IMS.example.com", "5550101;phone-context=ims.example.com"),
        (
            "sip:5550101;phone-context=+1202@ims.example.com;user=phone",
            "5550101;phone-context=+1202",
        ),
    ],
)
def test_every_spelling_leads_to_one_subscriber(address: str, subscriber: str) -> None:
    assert subscriber_of(address) == subscriber


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "+12025550101",
        "tel:",
        "tel:5550101",
        "tel:+0123456",
        "tel:abc;phone-context=+1202",
        "tel:5550101;phone-context=",
        "tel:5550101;phone-context=a b",
        "sip:alice",
        "sip:@ims.example.com",
        "sip:alice@",
        "mailto:alice@example.com",
        "urn:service:sos",
    ],
)
def test_any_other_text_is_no_subscriber(text: str) -> None:
    assert subscriber_of(text) is None


@pytest.mark.parametrize(
    ("address", "subscriber"),
    [
        ("sip:%2B12025550101@ims.example.com", "+12025550101"),
        ("sip:%2b1%32025550101@ims.example.com", "+12025550101"),
        ("sip:+1%2D202%2D5550101@ims.example.com", "+12025550101"),
        ("sip:%61lice@ims.example.com", "sip:alice@ims.example.com"),
        ("sip:a%c3%a9@x.example", "sip:a%C3%A9@x.example"),
        ("sip:aé@x.example", "sip:a%C3%A9@x.example"),
        ("sip:a~b@x.example", "sip:a%7Eb@x.example"),
        ("sip:a%20b@x.example", "sip:a%20b@x.example"),
        ("sip:%2A21%23;phone-context=%2B1202@x.example", "*21#;phone-context=+1202"),
    ],
)
def test_the_user_of_a_sip_address_is_decoded_before_it_is_compared(
    address: str, subscriber: str
) -> None:
    assert subscriber_of(address) == subscriber


@pytest.mark.parametrize(
    ("address", "another"),
    [
        ("sip:5550101%3Bphone-context=+1202@x.example", "tel:5550101;phone-context=+1202"),
        ("sip:5550101;phone-context=%2B1202%3Bx@x.example", "tel:5550101;phone-context=+1202"),
        (
            "sip:555;phone-context=x%3Bphone-context=y@x.example",
            "sip:555%3Bphone-context=x;phone-context=y@x.example",
        ),
        ("sip:alice%40a.example@x.example", "sip:alice@a.example"),
        ("sip:alice%3Bx@x.example", "sip:alice;x@x.example"),
        ("sip:alice;phone-context=+1@a.example", "sip:alice;phone-context=+1@b.example"),
        ("sip:+12025550101%20@x.example", "tel:+12025550101"),
        ("sip:Alice@x.example", "sip:alice@x.example"),
    ],
)
def test_nobody_is_taken_for_somebody_else(address: str, another: str) -> None:
    assert subscriber_of(address) != subscriber_of(another)


@pytest.mark.parametrize(
    "user",
    [
        *("%", "a%2", "a%zz", "%%41", "%2541", "%25%34%31"),
        *("%00", "a%0A", "%1B", "%7f", "%C2%85", "%E2%80%AE", "%E2%80%8B"),
        *("%FF", "%C3", "%ED%A0%80", "\ud800"),
        *("a:b", "a@b"),
    ],
    ids=ascii,
)
def test_a_user_that_is_no_plain_text_is_no_subscriber(user: str) -> None:
    assert subscriber_of(f"sip:{user}@x.example") is None


@pytest.mark.parametrize(
    ("subscriber", "address"),
    [
        ("+12025550101", "tel:+12025550101"),
        ("*21#;phone-context=+1202", "tel:*21#;phone-context=+1202"),
        ("sip:a%7Eb@x.example", "sip:a%7Eb@x.example"),
    ],
)
def test_a_subscriber_has_one_address_which_leads_back(subscriber: str, address: str) -> None:
    assert address_of(subscriber) == address
    assert subscriber_of(address) == subscriber


@pytest.mark.parametrize(
    ("address", "anonymous"),
    [
        ("sip:anonymous@anonymous.invalid", True),
        ("sip:Anonymous@ANONYMOUS.invalid", True),
        ("sip:%61nonymous@anonymous.invalid", True),
        ("sip:anonymous@example.com", False),
        ("urn:service:sos", False),
    ],
)
def test_who_stays_unnamed(address: str, *, anonymous: bool) -> None:
    assert is_anonymous(address) is anonymous


@pytest.mark.parametrize(
    "address",
    [
        "urn:service:sos",
        "urn:service:sos.police",
        "URN:Service:SOS.Fire",
        "tel:112;phone-context=+49",
        "tel:112;phone-context=example.com",
        "tel:08;phone-context=+52",
        "TEL:911;isub=1;phone-context=+1",
        "tel:112",
        "tel:1-1.(2);phone-context=+49",
        "tel:112#;phone-context=+49",
        "tel:*112;phone-context=+49",
        "tel:*31#112;phone-context=+49",
        "tel:*67911;phone-context=+1",
        "tel:%31%31%32;phone-context=+49",
        "sip:112@ims.example.com",
        "SIPS:112@ims.example.com",
        "sip:112@ims.example.com;user=phone",
        "sip:112;phone-context=+49@ims.example.com;user=phone",
        "sip:1-1.2@ims.example.com",
        "sip:%31%31%32@ims.example.com",
        "sip:1%201%202@ims.example.com",
        "sip:1%E2%80%831%E2%80%832@ims.example.com",
        "sip:%EF%BC%91%EF%BC%91%EF%BC%92@ims.example.com",
        "sip:%D9%A1%D9%A1%D9%A2@ims.example.com",
        "sip:+112@ims.example.com",
        "sip:%2B112@ims.example.com",
        "sip:112%3Bphone-context%3D%2B49@ims.example.com",
        "sip:112:secret@ims.example.com",
        "sip:112%40a.example@ims.example.com",
        "sip:112%2C1@ims.example.com",
        "sip:112p1@ims.example.com",
        "sip:112_@ims.example.com",
        "sip:%22112!%22@ims.example.com",
        "sip:1%2F12@ims.example.com",
        "sip:++112@ims.example.com",
        "sip:tel%3A112@ims.example.com",
        "sip:urn%3Aservice%3Asos@ims.example.com",
        "sip:%54EL%3A112@x.example",
        "sip:%55RN%3Aservice%3Asos@x.example",
        "sip:112%501@x.example",
        "sip:112%EF%BC%B01@x.example",
        "sip:112x1@x.example",
        "sip:p112@x.example",
        "sip:%2C112@x.example",
        "sip:%3B112@x.example",
        "sip:%40112@x.example",
        "sip:%20tel%3A112@x.example",
        "sip:%22tel%3A112%22@x.example",
        "sip:.tel%3Atel%3A%20112@x.example",
        "sip:%3Csip%3A112%3E@x.example",
        "sip:%E2%9D%B6%E2%9D%B6%E2%9D%B7@x.example",
        "sip:+1911@x.example",
        "sip:sos@x.example",
        "tel:*31#*31#112;phone-context=+49",
        "tel:*1#112;phone-context=+49",
        "tel:*1234#112;phone-context=+49",
    ],
)
def test_emergency_services_and_numbers_however_they_are_spelt(address: str) -> None:
    assert is_emergency(address, NUMBERS)


@pytest.mark.parametrize(
    "address",
    [
        "tel:+12025550101",
        "tel:+49112",
        "tel:+110112",
        "sip:+49112@ims.example.com",
        "tel:1120;phone-context=+49",
        "tel:0112;phone-context=+49",
        "tel:555;phone-context=+112",
        "tel:999;phone-context=+44",
        "sip:alice112@ims.example.com",
        "sip:112alice@ims.example.com",
        "sip:112power@ims.example.com",
        "sip:alice@112.example.com",
        "sip:@112",
        "sip:" + "*" * 250 + "@ims.example.com",
        "urn:service:counseling",
        "mailto:112@example.com",
        "112",
        "",
    ],
)
def test_any_other_address_is_no_emergency(address: str) -> None:
    assert not is_emergency(address, NUMBERS)


def test_without_numbers_only_services_are_emergencies() -> None:
    assert is_emergency("urn:service:sos", ())
    assert not is_emergency("sip:@x.example", ())
    assert not is_emergency("tel:112;phone-context=+49", ())
