"""Made-up calls that have just begun to ring, and the subscriptions to their status.

Each as it is stored, and as the stream tells of it: no table is needed for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from call_handling.item import session_item
from call_handling.legs import CallingDevice, Legs
from call_handling.session import Session
from call_handling.session_key import key
from call_handling.status import Status
from camara.identity import derive_subscriber_key
from notifications.audience import Audience
from notifications.item import audience_item, subscription_item
from notifications.subscription import Subscription
from registration.item import register_item, subscriber_owner
from registration.register import Register
from tests.support.builders import (
    NOW,
    TIMEOUTS,
    a_registration,
    a_subscription,
    an_actor,
)
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS

type Item = dict[str, Any]
type Record = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """The two numbers of a call, with a device each, whose status subscriptions are these."""

    place: int
    caller: str
    receiver: str
    subscriptions: Sequence[Subscription]

    @classmethod
    def of(cls, place: int, **changes: Any) -> "Line":
        """Return the line of this place, up to 9,999."""
        caller, receiver = (f"+120255{end}{place:04}" for end in (6, 7))
        subscriptions = [
            a_subscription(2 * place + end, subscriber=number, **changes)
            for end, number in enumerate((caller, receiver))
        ]
        return cls(place, caller, receiver, subscriptions)

    def items(self) -> Iterator[tuple[str, Item]]:
        """Yield what is stored, by table: subscriptions, audiences and the receiver's register."""
        for subscription in self.subscriptions:
            yield SUBSCRIPTIONS, subscription_item(subscription)
            audience = Audience(subscription.subscriber_key).after(subscription, NOW)
            yield SUBSCRIPTIONS, audience_item(audience, NOW)
        register = Register(subscriber_owner(derive_subscriber_key(self.receiver)))
        device = a_registration(self.receiver)
        yield REGISTRATIONS, register_item(register.with_(device, NOW), "write-1", NOW)

    @property
    def receiving(self) -> Subscription:
        """The receiver's subscription."""
        return self.subscriptions[1]

    def call(self, number: int = 0) -> Session:
        """Return a call of this number from one to the other that has just been placed."""
        device = a_registration(self.caller)
        return Session.invite(
            f"{self.place:020x}{number:020x}",
            Legs.between(
                CallingDevice(an_actor(self.caller), device.registration_id, device.device),
                derive_subscriber_key(self.receiver),
                [a_registration(self.receiver)],
            ),
            write_id="write-1",
            now=NOW,
            timeouts=TIMEOUTS,
        )


def rung(session: Session, version: int = 2) -> Session:
    """Return a call as this change has left it."""
    return replace(session, status=Status.RINGING, version=version)


def record_of(before: Session, after: Session) -> Record:
    """Return how the stream tells of a change, to a function of Lambda."""
    return {
        "eventName": "MODIFY",
        "dynamodb": {
            "Keys": key(after.media_session_id),
            "OldImage": session_item(before),
            "NewImage": session_item(after),
            "SequenceNumber": f"{after.media_session_id}{after.version}",
            "ApproximateCreationDateTime": NOW + 5,
        },
    }
