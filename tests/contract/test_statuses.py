"""The statuses of a session are CAMARA's, in code and document."""

from call_handling.status import Status
from tests.support.openapi import schema

STATUSES = {
    "Initial",
    "InProgress",
    "Ringing",
    "Proceeding",
    "Connected",
    "Terminated",
    "Hold",
    "Resume",
    "SessionCancelled",
    "Declined",
    "Failed",
    "Waiting",
    "NoAnswer",
    "NotReachable",
    "Busy",
}


def test_the_code_has_camaras_statuses() -> None:
    assert {status.value for status in Status} == STATUSES


def test_the_document_has_camaras_statuses() -> None:
    assert set(schema("SessionStatus")["enum"]) == STATUSES
