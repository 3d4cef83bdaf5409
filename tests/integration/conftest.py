"""Handlers and store on moto; no test here reaches the network."""

from tests.support.on_moto import (
    clock,
    dynamo,
    environment,
    messaging,
    models_read_once,
    requests,
    session_stream,
    table,
)

__all__ = [
    "clock",
    "dynamo",
    "environment",
    "messaging",
    "models_read_once",
    "requests",
    "session_stream",
    "table",
]
