"""From the many spellings of an address to the one subscriber it stands for.

Sources: CAMARA Call Handling ``Address``; RFC 3966 (tel), RFC 3261 section 19.1 (sip),
RFC 3323 (anonymous), RFC 5031 (emergency service URNs).
"""

import re

ANONYMOUS = "sip:anonymous@anonymous.invalid"

_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_VISUAL_SEPARATORS = str.maketrans("", "", "-.()")


def is_e164(number: str) -> bool:
    """Tell whether ``number`` is an international number such as ``+12025550101``."""
    return _E164.fullmatch(number) is not None


def is_emergency(address: str) -> bool:
    """Tell whether ``address`` is an emergency service URN (``urn:service:sos...``)."""
    return address.lower().startswith("urn:service:sos")


def subscriber_of(address: str) -> str | None:
    """Return the subscriber behind a ``tel:`` or ``sip:`` URI, ``None`` for any other text.

    ``tel:+12025550101``, ``sip:+12025550101@ims.example.com;user=phone`` and the same without
    ``user=phone`` (CAMARA's pattern leaves it no room) are the subscriber ``+12025550101``. A local
    number is one with its ``phone-context``; any other SIP address is itself, host in lower case.
    """
    scheme, colon, rest = address.partition(":")
    if not colon or not rest:
        return None
    match scheme.lower():
        case "tel":
            return _of_number(rest)
        case "sip" | "sips":
            return _of_sip(rest)
    return None


def _of_number(number: str) -> str | None:
    digits, *parameters = number.split(";")
    digits = digits.translate(_VISUAL_SEPARATORS)
    if is_e164(digits):
        return digits
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() == "phone-context" and digits and value:
            return f"{digits};phone-context={value.lower()}"
    return None


def _of_sip(rest: str) -> str | None:
    user, at, host = rest.partition("@")
    host = host.partition(";")[0].lower()
    if not (user and at and host):
        return None
    return _of_number(user) or f"sip:{user}@{host}"
