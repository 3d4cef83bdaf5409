"""Requests reach the server as they are meant."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from infra.local.loopback_http import call


class _Echo(BaseHTTPRequestHandler):
    """Answers with the target of the request."""

    def do_GET(self) -> None:
        target = self.requestline.split(" ")[1].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(target)))
        self.end_headers()
        self.wfile.write(target)


@pytest.fixture
def server(free_port: int) -> Iterator[str]:
    """Its URL."""
    with HTTPServer(("127.0.0.1", free_port), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{free_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/path",
        "/path?name=value&other",
        "/?a=b/c?d",
        "//a//b/",
        "/a/../b/./%2e%2e",
        "/%2f%2F/%/%zz",
        """/'"{id};x=1*#session""",
    ],
)
def test_a_path_arrives_byte_for_byte(server: str, target: str) -> None:
    assert call("GET", server + target).body.decode() == target
