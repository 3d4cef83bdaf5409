"""Settings of notifications: environment variables that ``template.yaml`` sets, read by pydantic.

All are checked when the first is read, so that a function which lacks one does nothing at all.
"""

import os
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aws.settings import Misconfigured, seconds
from notifications.subscription import Lifetimes

type _Name = Annotated[str, Field(min_length=1)]
type _Seconds = Annotated[int, Field(ge=1)]


class Settings(BaseModel):
    """Settings of every function; queues are URLs, ``sink_credentials_key`` is a key of KMS.

    ``events_not_published`` is the dead-letter queue of the streams' readers. ``loopback_sinks``
    allows sinks on this machine, for the embedded stack.
    """

    model_config = ConfigDict(
        alias_generator=str.upper, frozen=True, strict=True, hide_input_in_errors=True
    )

    subscriptions_table: _Name
    notifications_queue: _Name
    probes_queue: _Name
    events_not_published: _Name
    event_bus: _Name
    sink_credentials_key: _Name
    loopback_sinks: bool
    subscription_seconds: _Seconds
    subscription_max_seconds: _Seconds

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment. Raises ``Misconfigured`` with all that is missing or wrong."""
        try:
            return cls.model_validate_strings(dict(os.environ))
        except ValidationError as invalid:
            names = sorted(str(error["loc"][0]) for error in invalid.errors())
            raise Misconfigured(*names) from None


class DeliverySettings(Settings):
    """Settings of the functions that deliver; ``event_source`` is the API's address."""

    event_source: _Name


@cache
def settings() -> Settings:
    """Return the process's settings. Raises ``Misconfigured``."""
    return Settings.from_environment()


@cache
def delivery_settings() -> DeliverySettings:
    """Return the settings of a function that delivers. Raises ``Misconfigured``."""
    return DeliverySettings.from_environment()


@cache
def subscription_lifetimes() -> Lifetimes:
    """Return how long subscriptions last: ``default`` is at most ``longest``."""
    longest = settings().subscription_max_seconds
    default = seconds("SUBSCRIPTION_SECONDS", at_most="SUBSCRIPTION_MAX_SECONDS")
    return Lifetimes(default=default, longest=longest)
