"""The environment that a function of the template finds on Lambda."""

import os
from typing import Any

from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.template import properties, template

FUNCTION = "DeleteSessionById"


def function_environment(logical_id: str = FUNCTION) -> dict[str, str]:
    """Return the whole environment: the template's variables, and what Lambda adds to them.

    Parameters are at their defaults.
    """
    sections = template()["Globals"]["Function"], properties(logical_id)
    variables = {
        name: _resolved(value)
        for section in sections
        for name, value in section.get("Environment", {}).get("Variables", {}).items()
    }
    return variables | {
        "SESSIONS_TABLE": TABLE,
        "REGISTRATIONS_TABLE": REGISTRATIONS,
        "SUBSCRIPTIONS_TABLE": SUBSCRIPTIONS,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": logical_id,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _resolved(value: Any) -> str:
    if isinstance(value, dict):
        name = str(value.get("Ref", "made-up"))
        return str(template()["Parameters"].get(name, {}).get("Default", name))
    return str(value)
