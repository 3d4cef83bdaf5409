"""SnapStart: what the first request needs is made before the snapshot is taken."""

import os
import subprocess
import sys
from importlib import import_module, reload
from pathlib import Path

import pytest
from snapshot_restore_py import get_before_snapshot

from authorizer.settings import ssm_client
from call_handling.session_ender import session_ender
from call_handling.store import session_store
from notifications.bus import session_bus
from notifications.credentials import vault
from notifications.post import tls
from notifications.queues import notification_queue, probes
from notifications.store import subscription_store
from registration.store import registration_store
from tests.support.template import template

FUNCTIONS = Path(__file__).parents[2] / "functions"
MADE: list[tuple[str, list[object]]] = [
    ("call_handling.create_session", [session_store]),
    ("call_handling.get_session_details_by_id", [session_store]),
    ("call_handling.update_session_status", [session_store]),
    ("call_handling.delete_session_by_id", [session_ender]),
    ("call_handling.end_sessions_of_registration", [session_ender, registration_store]),
    ("registration.api", [registration_store]),
    ("notifications.api", [subscription_store, registration_store, vault]),
    ("notifications.publish_events", [notification_queue, subscription_store, registration_store]),
    ("notifications.publish_to_sessions_bus", [session_bus]),
    (
        "notifications.deliver_notification",
        [subscription_store, session_store, vault, notification_queue, probes, tls],
    ),
    (
        "notifications.probe_sink",
        [subscription_store, session_store, vault, notification_queue, tls],
    ),
    (
        "sweep_expired",
        [session_ender, session_store, registration_store, subscription_store, notification_queue],
    ),
    ("authorizer.authorize", [ssm_client]),
]


@pytest.mark.parametrize(("module", "made"), MADE)
def test_the_client_is_made_before_the_snapshot(module: str, made: list[object]) -> None:
    handler = import_module(module)
    registered_before = len(get_before_snapshot())
    reload(handler)

    assert [function for function, _, _ in get_before_snapshot()[registered_before:]] == made


@pytest.mark.parametrize(
    ("module", "not_imported"),
    [
        ("call_handling.delete_session_by_id", {"pydantic", "boto3", "registration.store"}),
        ("call_handling.get_session_details_by_id", {"pydantic"}),
        ("authorizer.authorize", {"pydantic", "boto3"}),
    ],
)
def test_what_would_slow_down_a_start_is_not_imported(module: str, not_imported: set[str]) -> None:
    """Powertools' event handler is for none: its import is a tenth of a start."""
    asked = sorted({*not_imported, "aws_lambda_powertools.event_handler"})
    program = f"import sys, {module}; print([name for name in {asked} if name in sys.modules])"

    started = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        cwd=FUNCTIONS,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stdout == "[]\n"


def test_no_function_is_left_out() -> None:
    handlers = {
        resource["Properties"]["Handler"].removesuffix(".handler")
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert {module for module, _ in MADE} == handlers
