"""The token issuer as it is started, asked over HTTP."""

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from queue import Queue
from typing import Any

import jwt
import pytest

from authorizer.access_token import InvalidToken, verified_claims
from authorizer.fetch import TrustFetch
from authorizer.settings import Settings
from authorizer.trust import TrustCache
from infra.local import token_issuer
from infra.local.loopback_http import Answer, call
from tests.support.builders import SCOPES

AUDIENCE = "the-api"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def issuer(free_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The issuer's URL."""
    key = tmp_path_factory.mktemp("issuer") / "key.pem"
    command = ["", "--port", str(free_port), "--audience", AUDIENCE, "--key", str(key)]
    servers = Queue[ThreadingHTTPServer]()
    serve_forever = ThreadingHTTPServer.serve_forever

    def serve(server: ThreadingHTTPServer) -> None:
        servers.put(server)
        serve_forever(server, poll_interval=0.01)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", command)
        patch.setattr(ThreadingHTTPServer, "serve_forever", serve)
        thread = threading.Thread(target=token_issuer.main)
        thread.start()
        server = servers.get(timeout=10)
    yield f"http://127.0.0.1:{free_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def post(issuer: str, body: str | None, path: str = "/token") -> Answer:
    return call("POST", issuer + path, body=body)


def token(issuer: str, **wishes: Any) -> str:
    answer = post(issuer, json.dumps(wishes))
    assert answer.status == 200
    return str(answer.json["access_token"])


def claims(issuer: str, **wishes: Any) -> dict[str, Any]:
    """Return what a token says, whatever it is worth."""
    payload: dict[str, Any] = jwt.decode(
        token(issuer, **wishes), options={"verify_signature": False}
    )
    return payload


def trust_in(issuer: str) -> TrustCache:
    """Return what the authorizer goes by when nothing but the issuer and the audience is set."""
    settings = Settings(issuer, AUDIENCE, jwks_uri="")
    return TrustCache(lambda known: TrustFetch(known or settings))


def test_discovery_leads_to_tokens_and_keys(issuer: str) -> None:
    document = call("GET", issuer + DISCOVERY).json

    assert document["issuer"] == issuer
    assert document["token_endpoint"] == f"{issuer}/token"
    (key,) = call("GET", document["jwks_uri"]).json["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert not {"d", "p", "q"} & key.keys()


def test_a_token_is_signed_with_the_published_key(issuer: str) -> None:
    signed = token(issuer)
    key = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json").get_signing_key_from_jwt(signed)

    verified = jwt.decode(signed, key, algorithms=["RS256"], audience=AUDIENCE, issuer=issuer)

    assert verified["sub"] == "dev-user"


def test_each_number_has_a_user_of_its_own_that_does_not_name_it(issuer: str) -> None:
    numbers = [f"+1202555010{digit}" for digit in range(6)]
    users = [claims(issuer, phone_number=number)["sub"] for number in numbers]

    assert len({*users, "dev-user"}) == 7
    assert users == [claims(issuer, phone_number=number)["sub"] for number in numbers]
    assert not [user for user in users if "2025550" in user]
    assert claims(issuer, phone_number=numbers[0], sub="me")["sub"] == "me"
    assert "sub" not in claims(issuer, phone_number=numbers[0], sub=None)


def test_our_authorizer_takes_it(issuer: str) -> None:
    signed = token(issuer, phone_number="+12025550101")

    verified = verified_claims(signed, trust_in(issuer))

    assert verified["phone_number"] == "+12025550101"


@pytest.mark.parametrize(
    "wishes",
    [
        {"expires_in": -60},
        {"aud": "another-api"},
        {"iss": "https://issuer.example.com"},
        {"exp": None},
        {"aud": None},
        {"exp": "tomorrow"},
    ],
    ids=str,
)
def test_it_also_makes_what_our_authorizer_refuses(issuer: str, wishes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        verified_claims(token(issuer, **wishes), trust_in(issuer))


@pytest.mark.parametrize("body", [None, "{}"])
def test_who_asks_for_nothing_gets_the_defaults(issuer: str, body: str | None) -> None:
    before = int(time.time())

    answer = post(issuer, body).json

    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    said = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert before <= said["iat"] <= time.time()
    assert said["exp"] == said["iat"] + 3600
    assert said["iss"] == issuer
    assert said["aud"] == AUDIENCE
    assert set(said["scope"].split()) == set(SCOPES.split())
    assert "phone_number" not in said


@pytest.mark.parametrize(
    "value", [7, 1.5, True, [], ["a", {"b": None}], {"a": 1}, "", "\u00e9\U0001f4de", 10**400]
)
def test_any_claim_passes_as_it_is(issuer: str, value: Any) -> None:
    for name in ("phone_number", "sub", "aud", "scope", "iat", "never heard of"):
        assert claims(issuer, **{name: value})[name] == value


def test_a_scope_may_be_a_list(issuer: str) -> None:
    assert claims(issuer, scope=["read", "write"])["scope"] == ["read", "write"]


@pytest.mark.parametrize("name", ["sub", "scope", "aud", "iss", "exp", "iat", "phone_number"])
def test_a_claim_that_is_null_is_left_out(issuer: str, name: str) -> None:
    assert name not in claims(issuer, **{name: None})


def test_a_token_may_be_expired_from_the_start(issuer: str) -> None:
    said = claims(issuer, expires_in=-60)

    assert said["exp"] == said["iat"] - 60
    assert "expires_in" not in said


@pytest.mark.parametrize(
    "body",
    ["{", "[]", "null", "7", '"x"', '{"expires_in": "soon"}', '{"expires_in": 1.5}', "?"],
)
def test_a_bad_request_is_told(issuer: str, body: str) -> None:
    answer = post(issuer, body)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_request"
    assert answer.json["error_description"]


@pytest.mark.parametrize("path", ["/", "/token", "/.well-known", f"{DISCOVERY}/", "/../token"])
def test_there_is_nothing_else_to_get(issuer: str, path: str) -> None:
    answer = call("GET", issuer + path)

    assert (answer.status, answer.json) == (404, {"error": "not_found"})


@pytest.mark.parametrize("path", ["/", "/tokens", DISCOVERY])
def test_there_is_nowhere_else_to_post(issuer: str, path: str) -> None:
    answer = post(issuer, "{}", path)

    assert (answer.status, answer.json) == (404, {"error": "not_found"})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is not loopback")
@pytest.mark.usefixtures("issuer")
def test_it_listens_on_one_address(free_port: int) -> None:
    # Who listens on all addresses listens on this one as well.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", free_port), timeout=5)
