"""JwtAuthorizer: the Lambda authorizer (TOKEN) of the whole stage.

A bad token is answered with ``Deny``, which the gateway turns into CAMARA's 401 and caches. For a
token that may become valid it raises an error with the text ``Unauthorized``: 401 as well, not
cached. Any other error means that no token can be verified now: 503, not cached.

Source: AWS, "Use API Gateway Lambda authorizers", input and output formats.
"""

from functools import cache
from typing import Any, Literal

from snapshot_restore_py import register_before_snapshot

from authorizer.access_token import InvalidToken, NotYetValid, verified_claims
from authorizer.fetch import TrustFetch
from authorizer.settings import ssm_client
from authorizer.trust import TrustCache, UnknownKey
from aws import log
from aws.settings import text


class Unauthorized(Exception):
    """The one error that API Gateway answers with 401; it looks at the text."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@cache
def trust_cache() -> TrustCache:
    """Return the process's cache of settings and keys, empty before the first token."""
    return TrustCache(TrustFetch)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Allow the whole stage, with the claims as context, or deny it.

    The gateway caches the answer for the token, whatever operation it was asked for first. Raises
    ``Unauthorized`` for a token that may be good later, and ``JwksUnavailable``.
    """
    log.begin_invocation(context)
    try:
        claims = verified_claims(_bearer_token(event), trust_cache())
        handed_on = _context_of(claims)
    except InvalidToken as denial:
        _log_refusal(denial)
        return _answer("Deny", event["methodArn"], "nobody", {})
    except (NotYetValid, UnknownKey) as refusal:
        _log_refusal(refusal)
        raise Unauthorized from None
    return _answer("Allow", event["methodArn"], handed_on.get("sub", "client"), handed_on)


def _log_refusal(refusal: Exception) -> None:
    log.logger().info("denied", reason=type(refusal.__cause__ or refusal).__name__)


def _bearer_token(event: dict[str, Any]) -> str:
    scheme, _, token = str(event.get("authorizationToken", "")).partition(" ")
    if scheme.lower() != "bearer" or not token.isascii():
        raise InvalidToken
    return token.strip()


def _context_of(claims: dict[str, Any]) -> dict[str, str]:
    """Return the claims that the handlers read; a context holds no lists and no objects."""
    context = {"exp": str(int(claims["exp"]))}
    for claim in {"sub", "client_id", "scope", text("SUBSCRIBER_CLAIM")}:
        value = claims.get(claim)
        if value is None:
            continue
        if not isinstance(value, str) or not value.isprintable():
            raise InvalidToken
        context[claim] = value
    return context


def _answer(
    effect: Literal["Allow", "Deny"], method_arn: str, principal: str, context: dict[str, str]
) -> dict[str, Any]:
    api, stage = method_arn.split("/")[:2]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": f"{api}/{stage}/*",
    }
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


register_before_snapshot(ssm_client)
