import io
import time
from functools import cache
from typing import Any

import pytest

from authorizer import authorize
from authorizer.authorize import trust_cache as configured_trust_cache
from authorizer.trust import JwksUnavailable
from camara.caller import Caller
from tests.support.builders import ALICE, SCOPES
from tests.support.lambda_context import a_lambda_context
from tests.support.tokens import FakeIssuer, a_token, rsa_key, trust_this_issuer

ARN = "arn:aws:execute-api:eu-central-1:123456789012:api123/camara/DELETE/webrtc/sessions/ABC"
STAGE = "arn:aws:execute-api:eu-central-1:123456789012:api123/camara/*"


@pytest.fixture(autouse=True)
def issuer(monkeypatch: pytest.MonkeyPatch) -> FakeIssuer:
    return trust_this_issuer(monkeypatch)


def authorized(authorization: Any) -> dict[str, Any]:
    return authorize.handler(
        {"type": "TOKEN", "authorizationToken": authorization, "methodArn": ARN},
        a_lambda_context(),
    )


def effect(answer: dict[str, Any]) -> tuple[str, str]:
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    return statement["Effect"], statement["Resource"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_a_good_token_opens_the_whole_stage(scheme: str) -> None:
    """A cached answer serves the next operation too."""
    answer = authorized(f"{scheme} {a_token()}")

    assert effect(answer) == ("Allow", STAGE)


def test_the_claims_become_a_flat_context_that_the_handlers_understand() -> None:
    context = authorized(f"Bearer {a_token(exp=4_000_000_000)}")["context"]

    assert context == {
        "exp": "4000000000",
        "sub": "user-1",
        "client_id": "client-1",
        "phone_number": ALICE,
        "scope": SCOPES,
    }
    assert Caller.from_context(context, "phone_number", 0).subscriber == ALICE


def test_the_configured_claim_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSCRIBER_CLAIM", "msisdn")

    context = authorized(f"Bearer {a_token(msisdn=ALICE, phone_number=None)}")["context"]

    assert context["msisdn"] == ALICE


def test_a_claim_that_the_token_lacks_is_absent_from_the_context() -> None:
    token = a_token(sub=None, phone_number=None, client_id=None, exp=4_000_000_000)
    answer = authorized(f"Bearer {token}")

    assert answer["context"] == {"exp": "4000000000", "scope": SCOPES}
    assert answer["principalId"] == "client"


def test_the_process_keeps_the_settings_and_the_keys(
    monkeypatch: pytest.MonkeyPatch, issuer: FakeIssuer
) -> None:
    monkeypatch.setattr(authorize, "trust_cache", cache(configured_trust_cache.__wrapped__))
    monkeypatch.setattr(authorize, "TrustFetch", issuer.fetch)

    for _ in range(2):
        assert effect(authorized(f"Bearer {a_token()}")) == ("Allow", STAGE)
    assert issuer.fetches == 1


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer \ud800",
        "Bearer \u00e9.\u00e9.\u00e9",
        f"Basic {a_token()}",
        a_token(),
        f"Bearer {a_token()} x",
        f"Bearer {a_token(exp=1)}",
        f"Bearer {a_token(scope=['a', 'b'])}",
        f"Bearer {a_token(phone_number=12025550101)}",
        f"Bearer {a_token(client_id={'a': 1})}",
        f"Bearer {a_token(sub=7)}",
        f"Bearer {a_token(sub='sip:' + chr(0xD800) + '@ims.example.com')}",
        f"Bearer {a_token(scope='a' + chr(10) + 'b')}",
    ],
    ids=lambda text: str(text)[:12],
)
def test_a_bad_token_is_a_denial_and_no_error(authorization: Any) -> None:
    answer = authorized(authorization)

    assert effect(answer) == ("Deny", STAGE)
    assert answer["context"] == {}


@pytest.mark.parametrize(
    "token",
    [
        a_token(nbf=int(time.time()) + 3600),
        a_token(iat=int(time.time()) + 3600),
        a_token(kid="new"),
        a_token(rsa_key("forged"), kid="forged"),
    ],
    ids=["nbf", "iat", "new key", "forged key"],
)
def test_what_may_be_good_later_is_the_one_error_that_is_401(token: str) -> None:
    """The gateway goes by the text, and remembers no error."""
    with pytest.raises(authorize.Unauthorized, match=r"^Unauthorized$") as raised:
        authorized(f"Bearer {token}")

    assert raised.value.__suppress_context__


def test_a_token_that_cannot_be_judged_is_another_error(issuer: FakeIssuer) -> None:
    """The gateway does not remember it, and answers 503 instead of 401."""
    issuer.down = True
    with pytest.raises(JwksUnavailable):
        authorized(f"Bearer {a_token()}")


def test_a_refusal_says_in_the_log_why_and_not_for_whom(
    logged: io.StringIO,
) -> None:
    authorized(f"Bearer {a_token(exp=1)}")
    with pytest.raises(authorize.Unauthorized):
        authorized(f"Bearer {a_token(kid=ALICE)}")

    line = logged.getvalue()
    assert "ExpiredSignatureError" in line
    assert "UnknownKey" in line
    assert ALICE not in line
    assert "eyJ" not in line
