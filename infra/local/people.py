"""The people of the tour, with made-up numbers, and the tokens that prove who they are."""

import json
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from infra.local.loopback_http import call
from infra.local.settings import LocalStackError
from infra.local.stack_file import Stack


@dataclass(frozen=True)
class Person:
    """A subscriber, with a device."""

    name: str
    number: str
    """E.164, from the range set aside for fiction."""
    user: str = ""
    """Whose account it is, if it is not the person's own."""
    device: str = "phone"

    @property
    def address(self) -> str:
        """The subscriber's address, as CAMARA writes it."""
        return f"tel:{self.number}"

    @property
    def device_id(self) -> str:
        """The device's id: the same every time, and whoever has the number."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.address} {self.device}"))


ALICE = Person("Alice", "+12025550101")
BOB = Person("Bob", "+12025550102")
TABLET = Person("Tablet", BOB.number, user=BOB.name, device="tablet")
"""Bob's other device."""
CAROL = Person("Carol", "+12025550107")
DAVE = Person("Dave", "+12025550109")
ERIN = Person("Erin", "+12025550108")
FRANK = Person("Frank", ERIN.number)
"""Has got Erin's number, and her phone."""

SDP = {"sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"}
OTHER_SDP = {"sdp": SDP["sdp"].replace("o=- 1", "o=- 2")}


def token(stack: Stack, person: Person, **wishes: Any) -> str:
    """Get a person an access token; the wishes are those the token issuer takes.

    Raises LocalStackError when the issuer refuses.
    """
    user = person.user or person.name
    body = json.dumps({"phone_number": person.number, "sub": f"user-{user}", **wishes})
    answer = call("POST", stack.token_url, body=body)
    if answer.status != HTTPStatus.OK:
        message = f"The token issuer refuses: {answer.body!r}"
        raise LocalStackError(message)
    return str(answer.json["access_token"])


def offer(originator: Person, receiver: Person) -> dict[str, Any]:
    """Return the body of a POST that offers a call."""
    return {
        "originatorAddress": originator.address,
        "receiverAddress": receiver.address,
        "offer": SDP,
    }
