"""What the embedded stack is made of, piece by piece: nothing here needs it to be up."""

import os
import socket

import pytest


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `make` was called with is not ours; loopback is never reached through a proxy."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name in {"ISSUER_PORT", "PARAMS", "FUNCTIONS"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="module")
def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port
