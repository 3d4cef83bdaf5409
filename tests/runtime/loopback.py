"""Servers on loopback that stand in for what a function reaches over the network."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from infra.local.settings import HOST


class _ServedRequest(Request):
    from_wsgi_server = True


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


def dynamodb(environ: Any, start_response: Any) -> Any:
    """Moto's DynamoDB (its own server would bring every other service along, and Flask)."""
    status, headers, body = DynamoHandler.dispatch(_ServedRequest(environ))
    return Response(body, status, headers)(environ, start_response)
