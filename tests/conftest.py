"""What every test may ask for."""

import io
import uuid

import pytest
from aws_lambda_powertools import Logger

from camara import log


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Collect what the functions log."""
    stream = io.StringIO()
    logger = Logger(service=f"test-{uuid.uuid4()}", stream=stream)
    monkeypatch.setattr(log, "logger", lambda: logger)
    return stream
