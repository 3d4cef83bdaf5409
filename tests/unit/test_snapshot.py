"""SnapStart: what the first request needs is made before the snapshot is taken."""

from importlib import import_module, reload

import pytest
from snapshot_restore_py import get_before_snapshot

from call_handling.ending import endings
from call_handling.store import session_store


@pytest.mark.parametrize(
    ("module", "made"),
    [
        ("create_session", session_store),
        ("get_session_details_by_id", session_store),
        ("update_session_status", session_store),
        ("delete_session_by_id", endings),
        ("end_stale_sessions", endings),
    ],
)
def test_the_client_is_made_before_the_snapshot(module: str, made: object) -> None:
    handler = import_module(f"call_handling.{module}")
    registered_before = len(get_before_snapshot())
    reload(handler)

    assert [function for function, _, _ in get_before_snapshot()[registered_before:]] == [made]
