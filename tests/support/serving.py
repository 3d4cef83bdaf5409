"""A WSGI application, such as a werkzeug Response, served on loopback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from werkzeug.serving import make_server

from infra.local.settings import HOST


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve a WSGI application meanwhile; yields its URL."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server(HOST, 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
