"""A webhook on this machine: a server that takes notifications, and remembers them by sink."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

from infra.local.settings import HOST


@dataclass(frozen=True)
class Delivery:
    """A POST as it came, what it was answered, and when (``time.time``)."""

    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes
    status: int
    at: float

    @property
    def event(self) -> dict[str, Any]:
        """The event in the body. Raises ValueError when that is not JSON."""
        event: dict[str, Any] = json.loads(self.body)
        return event


class Webhook:
    """Any number of sinks, each a path. A POST is answered 204 unless it is told otherwise."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._changed = Condition()
        self._deliveries = dict[str, list[Delivery]]()
        self._next = dict[str, list[int]]()
        self._failing = dict[str, int]()

    def sink(self, name: str) -> str:
        """Return the URL of the sink of this name."""
        return f"{self._url}/{name}"

    def answer(self, name: str, *statuses: int) -> None:
        """Answer the next POSTs to this sink so, one after the other."""
        with self._changed:
            self._next[name] = list(statuses)

    def fail(self, name: str, status: int = 500) -> None:
        """Answer POSTs to this sink so until it is told to work."""
        with self._changed:
            self._failing[name] = status

    def work(self, name: str) -> None:
        """Answer POSTs to this sink 204 again."""
        with self._changed:
            self._failing.pop(name, None)

    def attempts(self, name: str) -> Sequence[Delivery]:
        """Return all POSTs to this sink so far, in their order."""
        with self._changed:
            return tuple(self._deliveries.get(name, ()))

    def taken(self, name: str) -> Sequence[Delivery]:
        """Return the POSTs to this sink so far that were answered 2xx, in their order."""
        return [delivery for delivery in self.attempts(name) if delivery.status < 300]  # noqa: PLR2004

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Tell whether the condition, looked at after each POST, came true in that time."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def take(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        """Remember a POST to a sink; return the status to answer."""
        with self._changed:
            planned = self._next.get(name)
            otherwise = self._failing.get(name, HTTPStatus.NO_CONTENT.value)
            status = planned.pop(0) if planned else otherwise
            named = {header.lower(): value for header, value in headers.items()}
            delivery = Delivery(named, body, status, time.time())
            self._deliveries.setdefault(name, []).append(delivery)
            self._changed.notify_all()
        return status


@contextmanager
def serving() -> Iterator[Webhook]:
    """Serve a webhook on a free port meanwhile."""
    server = _Server((HOST, 0), _Handler)
    server.webhook = Webhook(f"http://{HOST}:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.webhook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    webhook: Webhook


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = self.path.removeprefix("/")
        status = self.server.webhook.take(name, dict(self.headers.items()), body)
        self.send_response(status)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing: whoever runs the server shows what is worth showing."""
