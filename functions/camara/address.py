"""Parsing of ``tel:`` and ``sip:`` addresses: many spellings, one subscriber.

Sources: CAMARA Call Handling ``Address``; RFC 3966 (tel), RFC 3261 section 19.1 (sip),
RFC 3323 (anonymous), RFC 5031 (emergency service URNs).
"""

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import quote, unquote

from camara.text import is_plain

ANONYMOUS = "sip:anonymous@anonymous.invalid"

_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_LOCAL = re.compile(r"[0-9*#]+")
_CONTEXT = re.compile(r"\+?[0-9A-Za-z.\-]+")
_VISUAL_SEPARATORS = str.maketrans("", "", "-.()")
# User without a password, host with its port; parameters and headers do not tell who it is.
_SIP = re.compile(r"([^@:]+)@([^@;?]+)(?:[;?].*)?")
_BROKEN_ENCODING = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODING = re.compile(r"%[0-9A-Fa-f]{2}")

_SOS = "urn:service:sos"
_LEADING = re.compile(r"[^\w+*#]*(?:(?:tel|sips?):[^\w+*#]*)*")
_END_OF_NUMBER = re.compile(r"[;:,@?]")
_NOT_DIALLED = re.compile(r"[^\w*#+]|_")


def is_e164(number: str) -> bool:
    """Tell whether ``number`` is an international number such as ``+12025550101``."""
    return _E164.fullmatch(number) is not None


def is_anonymous(address: str) -> bool:
    """Tell whether ``address`` is the one of a caller who stays unnamed, however it is spelt."""
    return (subscriber_of(address) or "").lower() == ANONYMOUS


def is_emergency(address: str, numbers: Collection[str]) -> bool:
    """Tell whether ``address`` is an emergency service, or one of the emergency ``numbers``.

    A service is a URN (``urn:service:sos...``). A number is one as it is dialled, whatever its
    ``phone-context`` or host, and whatever a gateway might still read as it: encoded, also its
    delimiters, with spaces or punctuation, in capitals or the digits of another script, behind
    service codes (``*31#112``, ``*67911``), before ``#``, a pause or an extension (``112p1``), or
    with a plus sign and at most a digit (``+112``, ``+1911``).

    A global number is not dialled as one (RFC 3966 section 5.1.4): ``+49112`` is a subscriber's.
    The prefix to an outside line (``9911``) depends on the network: it belongs into ``numbers``.
    """
    scheme, _, rest = address.partition(":")
    match scheme.lower():
        case "urn":
            return address.lower().startswith(_SOS)
        case "sip" | "sips":
            user = rest.partition("@")[0]
        case "tel":
            user = rest
        case _:
            return False
    # Capitals may be encoded, too.
    text = unicodedata.normalize("NFKC", unquote(user)).casefold()
    text = _LEADING.sub("", text, count=1)
    return text.startswith(_SOS) or _is_dialled(text, numbers)


def _is_dialled(text: str, numbers: Collection[str]) -> bool:
    text = _NOT_DIALLED.sub("", _END_OF_NUMBER.split(text)[0])
    number = "".join(str(unicodedata.digit(character, character)) for character in text)
    if is_e164(number):
        return False
    known = "|".join(map(re.escape, [*numbers, "sos"]))
    before, after = r"(?:\++[0-9]?)?[pw]*(?:[*#][0-9]{0,4})*", r"[*#]*(?:[pwx][0-9pwx*#]*)?"
    return re.fullmatch(f"{before}(?:{known}){after}", number) is not None


def subscriber_of(address: str) -> str | None:
    """Return the subscriber behind a ``tel:`` or ``sip:`` URI, ``None`` for any other text.

    ``tel:+12025550101``, ``sip:+12025550101@ims.example.com;user=phone`` and the same without
    ``user=phone`` (CAMARA's pattern leaves it no room) are the subscriber ``+12025550101``. A local
    number is one with its ``phone-context``; any other SIP address is itself, host in lower case.

    The user of a SIP address is decoded first, once, and must be plain text then: ``None`` if it is
    not, or encoded badly, or twice. An encoded delimiter (``%3B``, ``%40``) remains a character of
    the user, so nobody is taken for somebody else.
    """
    scheme, colon, rest = address.partition(":")
    if not colon or not rest:
        return None
    match scheme.lower():
        case "tel":
            return _of_number(rest.split(";"))
        case "sip" | "sips":
            return _of_sip(rest)
    return None


def address_of(subscriber: str) -> str:
    """Return the address of a subscriber, the reverse of ``subscriber_of``.

    It is within CAMARA's pattern if the address was from which the subscriber came.
    """
    return subscriber if subscriber.startswith("sip:") else f"tel:{subscriber}"


def _of_number(parts: list[str]) -> str | None:
    """Read a number and the parameters that follow it."""
    digits, *parameters = parts
    digits = digits.translate(_VISUAL_SEPARATORS)
    if is_e164(digits):
        return digits
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() == "phone-context" and _LOCAL.fullmatch(digits):
            return f"{digits};phone-context={value.lower()}" if _CONTEXT.fullmatch(value) else None
    return None


def _of_sip(rest: str) -> str | None:
    parsed = _SIP.fullmatch(rest)
    if parsed is None:
        return None
    user, host = parsed.groups()
    parts = _decode(user)
    if parts is None:
        return None
    return _of_number(parts) or f"sip:{';'.join(map(_encode, parts))}@{host.lower()}"


def _decode(user: str) -> list[str] | None:
    if _BROKEN_ENCODING.search(user):
        return None
    try:
        parts = [unquote(part, errors="strict") for part in user.split(";")]
    except UnicodeDecodeError:
        return None
    if any(_ENCODING.search(part) or not is_plain(part) for part in parts):
        return None
    return parts


def _encode(part: str) -> str:
    """Encode all that CAMARA's pattern has no room for; what it has room for, never."""
    return quote(part, safe="!+").replace("~", "%7E")
