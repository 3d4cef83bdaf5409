"""The issuer's web server in memory: what there is at which URL, and what was asked for."""

from functools import partial
from http import HTTPStatus
from typing import Any, Self

import pytest

from authorizer import download

type Document = tuple[int, bytes]
"""Status and body."""


class FakeWeb:
    """Answers what ``documents`` has at a URL with 200, or its status; elsewhere nobody answers."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes | Document] = {}
        self.asked: list[str] = []

    def connection(self, scheme: str, host: str, port: int | None, **_: Any) -> "_Connection":
        return _Connection(self, f"{scheme}://{host}" + (f":{port}" if port else ""))


class _Connection:
    """As much of ``HTTPConnection`` as a download needs, and of its response."""

    def __init__(self, web: FakeWeb, origin: str) -> None:
        self._web = web
        self._origin = origin
        self._body = b""
        self.sock = self
        self.status = 0
        self.length = 0

    def connect(self) -> None: ...

    def settimeout(self, _seconds: float) -> None: ...

    def close(self) -> None: ...

    def request(self, method: str, path: str, **_: Any) -> None:
        assert method == "GET"
        url = self._origin + path
        self._web.asked.append(url)
        if url not in self._web.documents:
            raise ConnectionRefusedError
        document = self._web.documents[url]
        self.status, self._body = (
            document if isinstance(document, tuple) else (HTTPStatus.OK, document)
        )

    def getresponse(self) -> "_Connection":
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def read(self, size: int) -> bytes:
        self.length = max(0, len(self._body) - size)
        return self._body[:size]


def fake_web(monkeypatch: pytest.MonkeyPatch) -> FakeWeb:
    """Let downloads in this process see nothing else."""
    web = FakeWeb()
    monkeypatch.setattr(download, "HTTPConnection", partial(web.connection, "http"))
    monkeypatch.setattr(download, "HTTPSConnection", partial(web.connection, "https"))
    return web
