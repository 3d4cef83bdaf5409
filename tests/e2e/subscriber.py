"""Somebody with a phone, who sends requests to the embedded stack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.support.api import SESSIONS, Answer
from tests.support.builders import ANSWER, a_call_request
from tests.support.http import EmbeddedApi


@dataclass(frozen=True)
class Subscriber:
    """Sends each request with a token: the issuer's for this number, unless it is told another.

    Bodies are JSON values, or bytes to be sent as they are.
    """

    api: EmbeddedApi
    number: str
    bearer: str | None = None

    def with_token(self, **claims: Any) -> "Subscriber":
        """The same with a token that has these claims."""
        return replace(self, bearer=self.api.token(**{"phone_number": self.number, **claims}))

    def with_bearer(self, token: str) -> "Subscriber":
        """The same with this token."""
        return replace(self, bearer=token)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        correlator: str | None = None,
    ) -> Answer:
        """Send any request."""
        token = self.bearer or self.api.token(phone_number=self.number)
        sent = {"Authorization": f"Bearer {token}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if correlator is not None:
            sent["x-correlator"] = correlator
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self.api.request(method, path, sent | dict(headers or {}), raw)

    def post(self, body: Any = None, **request: Any) -> Answer:
        """Create a session; a call from Alice to Bob if not said otherwise."""
        headers = {"registrationId": "registration-1", **request.pop("headers", {})}
        return self.send(
            "POST", SESSIONS, a_call_request() if body is None else body, headers, **request
        )

    def get(self, call: str, **request: Any) -> Answer:
        """Read a session."""
        return self.send("GET", f"{SESSIONS}/{call}", **request)

    def put(self, call: str, body: Any, **request: Any) -> Answer:
        """Change a session; ``body`` may be a status alone."""
        whole = {"status": body} if isinstance(body, str) else body
        return self.send("PUT", f"{SESSIONS}/{call}/status", whole, **request)

    def delete(self, call: str, **request: Any) -> Answer:
        """End a session."""
        return self.send("DELETE", f"{SESSIONS}/{call}", **request)

    def answer(self, call: str) -> Answer:
        """Answer a call."""
        return self.put(call, {"status": "Connected", "answer": {"sdp": ANSWER}})

    def status_of(self, call: str) -> str:
        """Return the status of a call that this subscriber can see."""
        seen = self.get(call)
        assert seen.status == 200, seen
        return str(seen.body["status"])


@dataclass(frozen=True)
class Line:
    """The two ends that calls go between."""

    alice: Subscriber
    bob: Subscriber

    def call(self, status: str = "Initial") -> str:
        """Let Alice call Bob, bring the call to a live status, and return its id."""
        created = self.alice.post()
        assert created.status == 201, created
        call = str(created.body["mediaSessionId"])
        if status == "Connected":
            assert self.bob.answer(call).status == 200
        elif status != "Initial":
            assert self.bob.put(call, status).status == 200
        return call
