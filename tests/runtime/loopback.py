"""Servers on loopback that stand in for what a function reaches over the network."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.kms.responses import KmsResponse
from moto.sqs.responses import SQSResponse
from moto.ssm.responses import SimpleSystemManagerResponse
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


_SERVICES = {
    "dynamodb": DynamoHandler,
    "events": EventsHandler,
    "kms": KmsResponse,
    "sqs": SQSResponse,
    "ssm": SimpleSystemManagerResponse,
}
# Whoever signs a request says for which service: Credential=<key>/<date>/<region>/<service>/...
_SERVICE = re.compile(r"Credential=[^/]+/\d+/[\w-]+/(\w+)/")


def aws(environ: Any, start_response: Any) -> Any:
    """Moto's part of AWS (its own server would bring every other service along, and Flask)."""
    signed = _SERVICE.search(environ["HTTP_AUTHORIZATION"])
    assert signed, "who asks AWS signs what it asks"
    status, headers, body = _SERVICES[signed[1]].dispatch(_ServedRequest(environ))
    return Response(body, status, headers)(environ, start_response)
