"""Key of the item that holds a session's state.

A module of its own: ending a call needs no more of ``item``, whose import brings boto3.
"""

SESSION = "session"
"""Its sort key, ``part``."""


def key(media_session_id: str) -> dict[str, dict[str, str]]:
    """Return the key of a session's item."""
    return {"mediaSessionId": {"S": media_session_id}, "part": {"S": SESSION}}
