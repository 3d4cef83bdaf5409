"""Where in the table the item is that changes a session's state.

A module of its own, for what ends calls needs no more of items, and reading them takes boto3.
"""

SESSION = "session"
"""Its sort key, ``part``."""


def key(media_session_id: str) -> dict[str, dict[str, str]]:
    """Return the key of the item that changes state."""
    return {"mediaSessionId": {"S": media_session_id}, "part": {"S": SESSION}}
