"""Where an issuer's discovery document is, and what counts as one."""

import json
from typing import Any

import pytest

from authorizer.discovery import configuration_url, jwks_uri_in
from tests.support.providers import PROVIDERS, Provider
from tests.support.tokens import ISSUER

DOCUMENT = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks.json"}


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_the_keys_of_well_known_issuers_are_found(provider: Provider) -> None:
    document = {"issuer": provider.issuer, "jwks_uri": provider.jwks_uri}

    assert configuration_url(provider.issuer) == provider.document
    assert jwks_uri_in(json.dumps(document).encode(), provider.issuer) == provider.jwks_uri


NO_DOCUMENTS: dict[str, Any] = {
    "another issuer": DOCUMENT | {"issuer": "https://evil.example.com"},
    "a slash more": DOCUMENT | {"issuer": f"{ISSUER}/"},
    "other case": DOCUMENT | {"issuer": ISSUER.upper()},
    "no issuer": {"jwks_uri": DOCUMENT["jwks_uri"]},
    "issuer a list": DOCUMENT | {"issuer": [ISSUER]},
    "no jwks_uri": {"issuer": ISSUER},
    "jwks_uri a list": DOCUMENT | {"jwks_uri": [DOCUMENT["jwks_uri"]]},
    "a list": [DOCUMENT],
    "a text": ISSUER,
    "nothing": None,
}


@pytest.mark.parametrize("document", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
def test_what_is_not_the_issuers_own_document(document: Any) -> None:
    with pytest.raises(ValueError, match="discovery document"):
        jwks_uri_in(json.dumps(document).encode(), ISSUER)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000], ids=ascii)
def test_nor_is_what_is_no_json(body: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        jwks_uri_in(body, ISSUER)
