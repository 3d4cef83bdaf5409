"""A fetch: which addresses it asks, and what it takes from them."""

import io
import json
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from authorizer import fetch
from authorizer.fetch import TrustFetch
from authorizer.settings import Settings
from authorizer.trust import Trust
from tests.support.providers import PROVIDERS, Provider
from tests.support.tokens import ISSUER, SETTINGS, rsa_jwk
from tests.support.web import Document, FakeWeb, fake_web

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
JWKS_URI = f"{ISSUER}/jwks.json"
KEYS = json.dumps({"keys": [rsa_jwk()]}).encode()


def document(issuer: str = ISSUER, jwks_uri: str = JWKS_URI) -> bytes:
    return json.dumps({"issuer": issuer, "jwks_uri": jwks_uri}).encode()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> FakeWeb:
    web = fake_web(monkeypatch)
    web.documents |= {DISCOVERY: document(), JWKS_URI: KEYS}
    return web


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[Settings | Exception]:
    """What Systems Manager holds (one element), or how it fails."""
    stored: list[Settings | Exception] = [SETTINGS]

    def read() -> Settings:
        (settings,) = stored
        if isinstance(settings, Exception):
            raise settings
        return settings

    monkeypatch.setattr(fetch, "read_settings", read)
    return stored


def found(known: Settings | None = None) -> Trust | None:
    ended = TrustFetch(known)
    assert ended.wait(20)
    return ended.found


def whole(trust: Trust | None, settings: Settings = SETTINGS) -> bool:
    """Tell whether the keys are there; else the settings alone are to be."""
    assert trust is not None
    assert trust.settings == settings
    return trust.keys.keys() == {"rsa"}


@pytest.mark.usefixtures("stored")
def test_the_keys_are_where_the_issuer_says(web: FakeWeb) -> None:
    assert whole(found())
    assert web.asked == [DISCOVERY, JWKS_URI]


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_those_of_well_known_issuers(provider: Provider, web: FakeWeb) -> None:
    settings = Settings(provider.issuer, "api://webrtc", jwks_uri="")
    web.documents[provider.document] = document(provider.issuer, provider.jwks_uri)
    web.documents[provider.jwks_uri] = KEYS

    assert whole(found(settings), settings)
    assert web.asked == [provider.document, provider.jwks_uri]


def test_or_where_the_settings_say(web: FakeWeb, stored: list[Settings | Exception]) -> None:
    address = "https://keys.example.com/keys?p=b2c_1_signin"
    stored[:] = [replace(SETTINGS, jwks_uri=address)]
    web.documents[address] = KEYS

    assert whole(found(), replace(SETTINGS, jwks_uri=address))
    assert web.asked == [address]


def test_settings_that_are_known_are_not_read(
    web: FakeWeb, stored: list[Settings | Exception]
) -> None:
    stored[:] = [AssertionError()]

    assert whole(found(SETTINGS))
    assert web.asked == [DISCOVERY, JWKS_URI]


ENORMOUS = document()[:-1] + b" " * 1024 * 1024 + b"}"
BAD_DOCUMENTS: dict[str, bytes | Document] = {
    "another issuer's": document(issuer="https://evil.example.com"),
    "with a slash more": document(issuer=f"{ISSUER}/"),
    "no JSON": b"<html>",
    "nested": b"[" * 100_000,
    "not there": (404, document()),
    "elsewhere": (302, document()),
    "enormous": ENORMOUS,
    **{
        f"keys at {uri}": document(jwks_uri=uri)
        for uri in (
            "",
            "jwks.json",
            "http://issuer.example.com/jwks.json",
            "http://127.0.0.1.example.com/jwks.json",
            "http://localhost@issuer.example.com/jwks.json",
            "http://[::1/jwks.json",
            "ftp://issuer.example.com/jwks.json",
            "file:///etc/passwd",
        )
    },
}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("answer", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_document_that_leads_to_no_keys(
    web: FakeWeb, logged: io.StringIO, answer: bytes | Document
) -> None:
    web.documents[DISCOVERY] = answer

    assert not whole(found())
    assert web.asked == [DISCOVERY]
    (line,) = map(json.loads, logged.getvalue().splitlines())
    assert (line["level"], line["message"]) == ("WARNING", "keys not fetched")
    assert line["reason"]


def test_a_failure_is_logged_in_a_few_words(
    stored: list[Settings | Exception], logged: io.StringIO
) -> None:
    stored[:] = [OSError("x" * 1000)]

    assert found() is None
    assert json.loads(logged.getvalue())["reason"] == "x" * 200


BAD_KEY_SETS: dict[str, bytes | Document] = {
    "none usable": b'{"keys": []}',
    "no JSON": b"<html>",
    "not there": (404, KEYS),
    "elsewhere": (301, KEYS),
    "enormous": KEYS[:-1] + b" " * 1024 * 1024 + b"}",
}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("answer", BAD_KEY_SETS.values(), ids=BAD_KEY_SETS)
def test_a_key_set_without_keys(
    web: FakeWeb, logged: io.StringIO, answer: bytes | Document
) -> None:
    web.documents[JWKS_URI] = answer

    assert not whole(found())
    assert JWKS_URI in logged.getvalue()


@pytest.mark.parametrize("name", ["issuer", "jwks_uri"])
@pytest.mark.parametrize(
    "url", ["http://issuer.example.com", "http://127.0.0.1.example.com", "http://10.0.0.1"]
)
def test_plain_http_is_asked_on_loopback_only(web: FakeWeb, name: str, url: str) -> None:
    settings = replace(SETTINGS, **{name: url})

    assert not whole(found(settings), settings)
    assert web.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1:9400", "localhost:9400", "localhost"])
def test_on_loopback_it_is(web: FakeWeb, host: str) -> None:
    settings = replace(SETTINGS, jwks_uri=f"http://{host}/jwks.json")
    web.documents[settings.jwks_uri] = KEYS

    assert whole(found(settings), settings)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "GetParameter")


FAILURES: dict[str, Exception] = {
    "throttled": refused("ThrottlingException"),
    "not permitted": refused("AccessDeniedException"),
    "no such parameter": refused("ParameterNotFound"),
    "not reached": EndpointConnectionError(endpoint_url="https://ssm.example.com"),
    "none of ours": ValueError("no settings of ours"),
    "nested": RecursionError("too deep"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_without_settings_nothing_is_found_and_nobody_asked(
    web: FakeWeb, stored: list[Any], logged: io.StringIO, failure: Exception
) -> None:
    stored[:] = [failure]

    assert found() is None
    assert web.asked == []
    assert str(failure) in json.loads(logged.getvalue())["reason"]


def test_a_fetch_that_is_given_up_asks_nobody_any_more(
    web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = Event()

    def read() -> Settings:
        answered.wait(20)
        return SETTINGS

    monkeypatch.setattr(fetch, "read_settings", read)
    slow = TrustFetch(None)
    assert not slow.wait(0)
    slow.give_up()
    answered.set()

    assert slow.wait(20)
    assert not whole(slow.found)
    assert web.asked == []
