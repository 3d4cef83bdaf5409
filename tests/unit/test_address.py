import pytest

from camara.address import is_emergency, subscriber_of


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
        "sip:alice",
        "sip:@ims.example.com",
        "sip:alice@",
        "mailto:alice@example.com",
        "urn:service:sos",
    ],
)
def test_any_other_text_is_no_subscriber(text: str) -> None:
    assert subscriber_of(text) is None


@pytest.mark.parametrize("urn", ["urn:service:sos", "urn:service:sos.police", "URN:service:sos"])
def test_emergency_urns(urn: str) -> None:
    assert is_emergency(urn)
    assert not is_emergency("tel:+12025550101")
