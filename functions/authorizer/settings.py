"""Settings of the authorizer: the issuer and the audience of accepted tokens.

They are a JSON object in a parameter of AWS Systems Manager, not environment variables: the
description of a function's version, which has to name each parameter of the template that the
function reads, is too short for URLs. Source: AWS, "GetParameter".
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

# Imported at init, which has a whole CPU; the first fetch has a third of one, and three seconds.
# Not boto3, which would add 0.2 seconds of CPU time to each cold start.
from botocore.config import Config
from botocore.session import Session

from aws.settings import text


@dataclass(frozen=True)
class Settings:
    """The issuer and the audience of accepted tokens, and where the issuer's keys are."""

    issuer: str
    audience: str
    jwks_uri: str
    """The address of the keys; if empty, discovery finds it."""

    def same_keys_as(self, other: "Settings") -> bool:
        """Tell whether both take the keys from the same place."""
        return (self.issuer, self.jwks_uri) == (other.issuer, other.jwks_uri)


@cache
def ssm_client() -> Any:
    """Return the process's client: two attempts of at most 3 seconds, with a wait 7 seconds."""
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    return Session().create_client("ssm", config=config)


def read_settings() -> Settings:
    """Read the settings. Raises ClientError, BotoCoreError, and ValueError for malformed ones."""
    answer = ssm_client().get_parameter(Name=text("SETTINGS_PARAMETER"))
    return settings_in(answer["Parameter"]["Value"])


def settings_in(value: str) -> Settings:
    """Return the settings that a parameter holds. Raises ValueError (and RecursionError)."""
    match json.loads(value):
        case {"issuer": str(issuer), "audience": str(audience), "jwksUri": str(jwks_uri)} if (
            issuer and audience
        ):
            return Settings(issuer, audience, jwks_uri)
    message = "no settings of ours: issuer, audience, jwksUri"
    raise ValueError(message)
