"""The canned DynamoDB over HTTP, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.performance.canned_dynamodb import CannedDynamoDB, headers

_HOST = "127.0.0.1"


@contextmanager
def canned_server(dynamodb: CannedDynamoDB) -> Iterator[str]:
    """Serve while the context lasts; yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = dynamodb.body(self.rfile.read(int(self.headers["Content-Length"])))
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
