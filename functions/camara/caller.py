"""The authenticated caller: the claims that the JWT authorizer hands on, checked once more.

The gateway may serve an authorizer's answer from its cache for longer than the token lives, so
expiry is checked here again, and nothing about the context is taken on trust: a context that is
missing or misshapen is no authentication.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from camara.address import is_e164, subscriber_of
from camara.errors import IdentifierNotFound, PermissionDenied, Unauthenticated
from camara.unix_time import UnixSeconds


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller.

    ``subscriber`` is ``None`` for a token that names none (a two-legged one, say). ``client_id`` is
    ``None`` if it is missing or empty. ``user`` is the token's ``sub``, else the subscriber.
    """

    user: str | None
    subscriber: str | None
    client_id: str | None
    scopes: frozenset[str]

    @classmethod
    def from_context(cls, context: Any, subscriber_claim: str, now: UnixSeconds) -> Self:
        """Read ``requestContext.authorizer``: a flat map of strings, claims under their own names.

        ``now`` is in Unix seconds. Raises ``Unauthenticated``.
        """
        if not isinstance(context, Mapping):
            raise Unauthenticated
        if _seconds(context.get("exp")) <= now:
            raise Unauthenticated
        subscriber = _subscriber(context, subscriber_claim)
        return cls(
            user=_text(context, "sub") or subscriber,
            subscriber=subscriber,
            client_id=_text(context, "client_id") or None,
            scopes=frozenset((_text(context, "scope") or "").split(" ")) - {""},
        )

    def require_scope(self, *scopes: str) -> None:
        """Raise ``PermissionDenied`` unless the token carries one of ``scopes``."""
        if self.scopes.isdisjoint(scopes):
            raise PermissionDenied

    def require_subscriber(self) -> str:
        """Return the subscriber; raise ``IdentifierNotFound`` when the token names none."""
        if self.subscriber is None:
            raise IdentifierNotFound
        return self.subscriber


def _text(context: Mapping[str, Any], claim: str) -> str | None:
    value = context.get(claim)
    if value is None or (isinstance(value, str) and value.isprintable()):
        return value
    raise Unauthenticated


def _seconds(value: Any) -> int:
    """Read ``exp``, which the gateway may turn from a number into a string."""
    match value:
        case bool():
            raise Unauthenticated
        case int():
            return value
        case str() if value.isascii() and value.isdecimal() and len(value) <= 12:  # noqa: PLR2004
            return int(value)
    raise Unauthenticated


def _subscriber(context: Mapping[str, Any], claim: str) -> str | None:
    named, sub = _text(context, claim), _text(context, "sub")
    if named is None:
        return subscriber_of(sub or "")
    if is_e164(named):
        return named
    subscriber = subscriber_of(named)
    if subscriber is None and claim != "sub":
        raise Unauthenticated
    return subscriber
