"""A server that takes every connection and answers nothing."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

_CONNECTIONS = 100


@contextmanager
def tarpit() -> Iterator[str]:
    """Keep one on loopback meanwhile; yields its URL."""
    # The kernel takes connections by itself, as many as may wait to be accepted.
    with socket.create_server(("127.0.0.1", 0), backlog=_CONNECTIONS) as server:
        host, port = server.getsockname()
        yield f"http://{host}:{port}"
