"""Canned answers of AWS over HTTP, on loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from tests.performance.canned_dynamodb import headers

_HOST = "127.0.0.1"


class Canned(Protocol):
    """Who knows the answers."""

    def body(self, request_body: bytes) -> bytes:
        """Return the body of the answer to the body of a request."""


@contextmanager
def canned_server(canned: Canned, seconds: float = 0) -> Iterator[str]:
    """Serve while the context lasts, each request in so many ``seconds``; yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one segment: the second of two would wait for the client's leave.
        wbufsize = -1

        def do_POST(self) -> None:
            began = time.monotonic()
            body = canned.body(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(max(0, began + seconds - time.monotonic()))
            self.send_response(200)
            for name, value in headers(body).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((_HOST, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{_HOST}:{server.server_port}"
        finally:
            server.shutdown()
