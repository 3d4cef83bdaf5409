"""What is a key set, and which of its keys are taken."""

import json
from typing import Any

import pytest

from authorizer.jwks import usable_keys
from tests.support.tokens import ec_jwk, rsa_jwk

OCT = {"kty": "oct", "kid": "rsa", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}

NO_KEY_SETS: dict[str, Any] = {
    "no JSON": "not json",
    "no text": b"\xff",
    "nested": "[" * 100_000,
    "a list": [],
    "nothing": {},
    "keys no list": {"keys": {"kid": "rsa"}},
    "no keys": {"keys": []},
    "no objects": {"keys": [None, 1, "rsa", []]},
    "no kid": {"keys": [{n: v for n, v in rsa_jwk().items() if n != "kid"}]},
    "kid a number": {"keys": [rsa_jwk() | {"kid": 7}]},
    "for encryption": {"keys": [rsa_jwk() | {"use": "enc"}]},
    "a secret": {"keys": [OCT]},
    "of an unknown kind": {"keys": [{"kty": "new", "kid": "rsa"}]},
    "kind a list": {"keys": [{"kty": ["RSA"], "kid": "rsa"}]},
    "broken": {"keys": [rsa_jwk() | {"n": 7}]},
    "weak": {"keys": [rsa_jwk("weak", 1024)]},
}


def body_of(answer: Any) -> bytes:
    if isinstance(answer, bytes):
        return answer
    return (answer if isinstance(answer, str) else json.dumps(answer)).encode()


@pytest.mark.parametrize("answer", NO_KEY_SETS.values(), ids=NO_KEY_SETS)
def test_what_has_no_usable_key_is_no_key_set(answer: Any) -> None:
    with pytest.raises((ValueError, RecursionError)):
        usable_keys(body_of(answer))


def test_an_odd_key_spoils_no_other() -> None:
    unsigned = rsa_jwk() | {"alg": "none"}
    odd = [None, OCT | {"kid": "oct"}, {"kty": "new", "kid": "new"}, unsigned]

    assert usable_keys(body_of({"keys": [*odd, ec_jwk()]})).keys() == {"ec"}


def test_the_first_of_two_keys_with_one_id_is_taken() -> None:
    (key,) = usable_keys(body_of({"keys": [rsa_jwk("a"), ec_jwk("a")]})).values()

    assert key.algorithm_name == "RS256"
