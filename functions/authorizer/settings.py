"""Whose tokens the operator takes: a JSON object in a parameter of AWS Systems Manager.

A version's description, which has to name every parameter of the template that the function reads,
is too short for URLs. Source: AWS, "GetParameter".
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

# At init, which has a whole CPU, and not with the first fetch, which has a third of one and three
# seconds; not boto3, which would add 0.2 seconds of CPU time to each cold start.
from botocore.config import Config
from botocore.session import Session

from aws.settings import text


@dataclass(frozen=True)
class Settings:
    """Whose tokens are taken, and for whom they have to be."""

    issuer: str
    audience: str
    jwks_uri: str
    """Empty: found by discovery."""

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
    """Read the settings. Raises ClientError, BotoCoreError, and ValueError for none of ours."""
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
