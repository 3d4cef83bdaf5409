"""Request bodies, validated against CAMARA's schemas.

A specific code (``INVALID_PROTOCOL``, say) wins over ``INVALID_ARGUMENT``, for a body with another
kind of credential has other properties, too. Source: CAMARA WebRTC Events Subscriptions,
``SubscriptionRequest``, ``SubscriptionUpdateRequest``; RFC 6750 (``b64token``).
"""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from camara.errors import (
    InvalidCredential,
    InvalidProtocol,
    InvalidToken,
    MultieventSubscriptionNotSupported,
    OutOfRange,
)
from camara.scope import CREATE_SCOPES, EventType
from camara.unix_time import UnixSeconds
from http_api.body import Body, Timestamp, at_most, unix_seconds
from registration.bodies import DeviceId

MAX_SINK_LENGTH = 1024
MAX_TOKEN_LENGTH = 8192
MAX_EVENTS = 1_000_000

_B64TOKEN = r"^[A-Za-z0-9._~+/-]+=*$"


def _http(protocol: str) -> str:
    if protocol != "HTTP":
        raise InvalidProtocol
    return protocol


def _access_token(credential_type: str) -> str:
    if credential_type != "ACCESSTOKEN":
        raise InvalidCredential
    return credential_type


def _bearer(token_type: str) -> str:
    if token_type != "bearer":  # noqa: S105 - a type of token
        raise InvalidToken
    return token_type


def _distinct(types: list[EventType]) -> list[EventType]:
    if len(set(types)) < len(types):
        raise ValueError
    return types


def _subscribable(event_type: EventType) -> EventType:
    if event_type not in CREATE_SCOPES:
        raise ValueError
    return event_type


type SubscriptionEventType = Annotated[
    EventType, Field(strict=False), AfterValidator(_subscribable)
]


class AccessTokenCredential(Body):
    """The sink's access token; the types come first, for the rest depends on them."""

    credential_type: Annotated[str, AfterValidator(_access_token)]
    access_token_type: Annotated[str, AfterValidator(_bearer)]
    access_token: Annotated[str, Field(pattern=_B64TOKEN, repr=False), at_most(MAX_TOKEN_LENGTH)]
    access_token_expires_utc: Timestamp

    @property
    def expires_at(self) -> UnixSeconds:
        """When the token expires (Unix seconds)."""
        return unix_seconds(self.access_token_expires_utc)


class _Credentialed(Body):
    sink_credential: AccessTokenCredential | None = None

    def require_valid_token(self, now: UnixSeconds) -> None:
        """Raise ``OutOfRange`` if there is an access token that has expired."""
        if self.sink_credential is not None and self.sink_credential.expires_at <= now:
            raise OutOfRange


class SubscriptionDetail(Body):
    """What a subscription is about."""

    device_id: DeviceId


class _Lifetime(Body):
    subscription_expire_time: Timestamp | None = None

    def requested_expiry(self) -> int | None:
        """Return when the subscription is to end (Unix seconds), ``None`` if it does not say."""
        asked = self.subscription_expire_time
        return None if asked is None else unix_seconds(asked)


class Config(_Lifetime):
    """``config`` of a new subscription; ``initialEvent`` is validated, and has no effect."""

    subscription_detail: SubscriptionDetail
    subscription_max_events: Annotated[int, Field(ge=1, le=MAX_EVENTS)] | None = None
    initial_event: bool | None = None


class SubscriptionRequest(_Credentialed):
    """Body of ``createNotificationChannelSubscription``."""

    protocol: Annotated[str, AfterValidator(_http)]
    sink: Annotated[str, Field(max_length=MAX_SINK_LENGTH)]
    types: Annotated[list[SubscriptionEventType], Field(min_length=1), AfterValidator(_distinct)]
    config: Config

    def event_type(self) -> EventType:
        """Return the type. Raises ``MultieventSubscriptionNotSupported`` if there are several."""
        if len(self.types) > 1:
            raise MultieventSubscriptionNotSupported
        return self.types[0]


class UpdateConfig(_Lifetime):
    """``config`` in an update of a subscription."""

    model_config = ConfigDict(extra="forbid")


class SubscriptionUpdateRequest(_Credentialed):
    """Body of ``updateNotificationChannelSubscription``, closed by CAMARA; it must not be empty."""

    model_config = ConfigDict(extra="forbid")

    config: UpdateConfig = UpdateConfig()

    @model_validator(mode="after")
    def _something_to_update(self) -> Self:
        if self.sink_credential is None and self.config.subscription_expire_time is None:
            raise ValueError
        return self
