"""Somebody with a phone, who sends requests to the embedded stack."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from infra.local.settings import HOST
from tests.support.api import SESSIONS, Answer
from tests.support.builders import ANSWER, a_call_request, sub_of
from tests.support.stack.http import EmbeddedApi

CAMARAS_SESSIONS = "/webrtc-call-handling/v0.4/sessions"
"""CAMARA's own path of call handling: the same calls, under another address."""

REGISTRATIONS = "/webrtc-registration/v0.4/sessions"
SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
EVENTS = "org.camaraproject.webrtc-events-subscriptions.v0"
NOBODYS_SINK = f"https://{HOST}:1024/nobody"
"""Whatever is notified here, nobody is, and at once."""

_NEXT_CENTURY = "2100-01-01T00:00:00Z"


@dataclass(frozen=True)
class Subscriber:
    """Sends each request with a token: the issuer's for this number, unless it is told another.

    Calls are placed from its registered device, if it has one. Bodies are JSON values, or bytes to
    be sent as they are.
    """

    api: EmbeddedApi
    number: str
    bearer: str | None = None
    device: str = "phone"
    registration_id: str | None = None

    @property
    def claims(self) -> dict[str, Any]:
        """What its tokens say: each number is a user's of its own."""
        return {"phone_number": self.number, "sub": sub_of(self.number)}

    @property
    def which(self) -> dict[str, str]:
        """The header that says which device it is; none without a registered one."""
        return {"registrationId": self.registration_id} if self.registration_id else {}

    def with_token(self, **claims: Any) -> "Subscriber":
        """The same with a token that has these claims."""
        return replace(self, bearer=self.api.token(**self.claims | claims))

    def as_another_user(self) -> "Subscriber":
        """Whoever else uses this number."""
        return self.with_token(sub=f"another {self.claims['sub']}")

    def in_another_app(self) -> "Subscriber":
        """The same through another API client."""
        return self.with_token(client_id="another-app")

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
        token = self.bearer or self.api.token(**self.claims)
        sent = {"Authorization": f"Bearer {token}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if correlator is not None:
            sent["x-correlator"] = correlator
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self.api.request(method, path, sent | dict(headers or {}), raw)

    def post(self, body: Any = None, **request: Any) -> Answer:
        """Create a session; a call from Alice to Bob if not said otherwise."""
        headers = self.which | request.pop("headers", {})
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

    def answer(self, call: str, sdp: str = ANSWER, **request: Any) -> Answer:
        """Answer a call, or an offer."""
        return self.put(call, {"status": "Connected", "answer": {"sdp": sdp}}, **request)

    def offer(self, call: str, sdp: str, **request: Any) -> Answer:
        """Make an offer in an answered call."""
        return self.put(call, {"status": "Connected", "offer": {"sdp": sdp}}, **request)

    def device_id(self, device: str | None = None) -> str:
        """Return the id of a device of the number, its own if not said: the same for its name."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.number} {device or self.device}"))

    def with_device(self, device: str = "phone") -> "Subscriber":
        """The same with a registered device; registered here, if it is not, for a day."""
        created = self.register(self.device_id(device), registrationExpireTime=_NEXT_CENTURY)
        if created.status == 201:
            registration_id = created.body["registrationId"]
        else:
            assert created.code == (409, "ALREADY_EXISTS"), created
            (known,) = self.registrations_of(self.device_id(device)).body
            registration_id = known["registrationId"]
            later = self.refresh(registration_id, {"registrationExpireTime": _NEXT_CENTURY})
            assert later.status == 200, later
        return replace(self, device=device, registration_id=registration_id)

    def register(self, device_id: str, **more: Any) -> Answer:
        """Register a device."""
        return self.send("POST", REGISTRATIONS, {"deviceId": device_id} | more)

    def registrations_of(self, device_id: str) -> Answer:
        """Look for the registrations of a device."""
        return self.send("GET", f"{REGISTRATIONS}?deviceId={device_id}")

    def registration(self, registration_id: str | None) -> Answer:
        """Read a registration."""
        return self.send("GET", f"{REGISTRATIONS}/{registration_id}")

    def refresh(self, registration_id: str | None, body: Any = None) -> Answer:
        """Move the expiry of a registration."""
        return self.send("PUT", f"{REGISTRATIONS}/{registration_id}", body)

    def deregister(self, registration_id: str | None = None) -> Answer:
        """End a registration, if not said otherwise that of its device."""
        known = registration_id or self.registration_id
        return self.send("DELETE", f"{REGISTRATIONS}/{known}")

    def subscription_request(self, event: str, sink: str = NOBODYS_SINK, **config: Any) -> Any:
        """Return the body that subscribes its device to one type of event."""
        return {
            "protocol": "HTTP",
            "sink": sink,
            "types": [f"{EVENTS}.{event}"],
            "config": {"subscriptionDetail": {"deviceId": self.device_id()}} | config,
        }

    def subscribe(self, event: str, sink: str = NOBODYS_SINK, **config: Any) -> Answer:
        """Subscribe its device to one type of event; ``config`` is what more of it there is."""
        return self.subscribe_with(self.subscription_request(event, sink, **config))

    def subscribe_with(self, body: Any, **request: Any) -> Answer:
        """Subscribe with this body."""
        return self.send("POST", SUBSCRIPTIONS, body, **request)

    def subscription(self, subscription_id: str) -> Answer:
        """Read a subscription."""
        return self.send("GET", f"{SUBSCRIPTIONS}/{subscription_id}")

    def unsubscribe(self, subscription_id: str) -> Answer:
        """End a subscription."""
        return self.send("DELETE", f"{SUBSCRIPTIONS}/{subscription_id}")

    def status_of(self, call: str) -> str:
        """Return the status of a call that this subscriber can see."""
        seen = self.get(call)
        assert seen.status == 200, seen
        return str(seen.body["status"])


IN_OTHER_HANDS: dict[str, Callable[[Subscriber], Subscriber]] = {
    "another app": Subscriber.in_another_app,
    "another user": Subscriber.as_another_user,
}
"""Who is not the same for all that it is the same number."""

IN_ANY_HANDS = {"the same app": lambda who: who, **IN_OTHER_HANDS}


@dataclass(frozen=True)
class Line:
    """The two ends that calls go between."""

    alice: Subscriber
    bob: Subscriber

    def call(self, status: str = "Initial") -> str:
        """Let Alice call Bob, bring the call to a live status, and return its id."""
        created = self.alice.post(
            a_call_request(
                originatorAddress=f"tel:{self.alice.number}",
                receiverAddress=f"tel:{self.bob.number}",
            )
        )
        assert created.status == 201, created
        call = str(created.body["mediaSessionId"])
        if status == "Connected":
            assert self.bob.answer(call).status == 200
        elif status != "Initial":
            assert self.bob.put(call, status).status == 200
        return call
