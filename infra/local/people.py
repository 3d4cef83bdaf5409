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
    """A subscriber."""

    name: str
    number: str
    """E.164, from the range set aside for fiction."""

    @property
    def address(self) -> str:
        """The subscriber's address, as CAMARA writes it."""
        return f"tel:{self.number}"

    def device_id(self, kind: str) -> str:
        """Return the id of the person's device of this kind: the same every time."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.address} {kind}"))


ALICE = Person("Alice", "+12025550101")
BOB = Person("Bob", "+12025550102")
CAROL = Person("Carol", "+12025550107")

SDP = {"sdp": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"}


def token(stack: Stack, person: Person, **wishes: Any) -> str:
    """Get a person an access token; the wishes are those the token issuer takes.

    Raises LocalStackError when the issuer refuses.
    """
    body = json.dumps({"phone_number": person.number, "sub": f"user-{person.name}", **wishes})
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
