"""The structured log: one JSON object a line, nothing personal in it."""

from functools import cache

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """Return the process's logger; ``POWERTOOLS_*`` names its service and level."""
    return Logger()
