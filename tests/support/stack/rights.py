"""Whether a role may do something, asked by doing it."""

from collections.abc import Callable
from typing import Any


def may(ask: Callable[[Any, str], Any], client: Any, name: str) -> bool:
    """Tell whether this client is let through, be it to another refusal."""
    try:
        ask(client, name)
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"] not in {"AccessDenied", "AccessDeniedException"}
    return True
