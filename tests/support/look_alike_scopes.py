"""Scopes that look like one that is needed, and are not."""

from camara.scope import Scope

NEEDED = Scope.SESSIONS_DELETE.value

_LOOK_ALIKES = {
    ":": "\uff1a\u2236\u02d0\ua789\u05c3",  # full-width, ratio, length mark, modifier, sof pasuq
    "-": "\u2010\u2011\u2013\u2212\uff0d",  # hyphens, dash, minus, full-width
    "e": "\u0435\uff45\u212f\u00e9",  # Cyrillic, full-width, script, accented
    "s": "\u0455\uff53\u017f",  # Cyrillic, full-width, long
    "d": "\u0501\uff44",
}
_SEPARATORS = "\t\n\r\v\f\x00\x1c\x1f\x85\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000,;|+/"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u0301\u202e"

HOMOGLYPHS = [
    NEEDED.replace(letter, other) for letter, others in _LOOK_ALIKES.items() for other in others
]
OTHER_SEPARATORS = [
    scope
    for separator in (*_SEPARATORS, "%20", "&#32;")
    for scope in (f"openid{separator}{NEEDED}", f"{NEEDED}{separator}openid")
]
DECORATED = [
    *(f"{NEEDED}{character}" for character in _INVISIBLE),
    *(f"{character}{NEEDED}" for character in _INVISIBLE),
    NEEDED.upper(),
    NEEDED.title(),
    NEEDED.removesuffix(":delete"),
    f"{NEEDED}:all",
    f'"{NEEDED}"',
    f"[{NEEDED}]",
    NEEDED.replace("delete", "*"),
    "webrtc-call-handling:*",
    "*",
    "",
    " ",
]
ALL = [*HOMOGLYPHS, *OTHER_SEPARATORS, *DECORATED]
