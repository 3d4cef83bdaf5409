"""What is queued for a subscription: which event, nothing personal; the rest is added in the end.

A notification has the same ``event_id`` whenever it is made of the same change for the same
subscription, so that the queue, and the sink, know it again. Source: CloudEvents 1.0.2, ``id``;
ADR 6.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Protocol, Self

from pydantic import Field, TypeAdapter

from aws import log
from camara.identity import DeviceKey, SubscriberKey
from camara.scope import EventType
from camara.unix_time import UnixSeconds
from notifications.subscription import State, Subscription

_IN_QUEUE = "number"
"""What ``subscriber_key`` is called in a queue."""


class Addressee(Protocol):
    """A subscription, or what is listed of it in its audience."""

    @property
    def subscriber_key(self) -> SubscriberKey:
        """Whose it is."""

    @property
    def subscription_id(self) -> str:
        """Its id."""

    @property
    def device(self) -> DeviceKey:
        """The key of its device."""


@dataclass(frozen=True, slots=True)
class Notification:
    """``time`` is that of the event (RFC 3339), ``data`` what the event says besides the call.

    ``media_session_id`` is that of the call that it is about, if it is about one.
    """

    subscriber_key: Annotated[SubscriberKey, Field(alias=_IN_QUEUE)]
    subscription_id: str
    device: DeviceKey
    event_id: str
    type: EventType
    time: str
    correlator: str
    data: dict[str, Any]
    media_session_id: str | None = None

    @classmethod
    def to(
        cls,
        subscription: Addressee,
        event_type: EventType,
        subject: str,
        *,
        time: str,
        data: dict[str, Any],
        correlator: str = "",
        media_session_id: str | None = None,
    ) -> Self:
        """Address an event to a subscription; ``subject`` names the change among all changes."""
        text = f"{subscription.subscription_id} {event_type} {subject}"
        event_id = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return cls(
            subscriber_key=subscription.subscriber_key,
            subscription_id=subscription.subscription_id,
            device=subscription.device,
            event_id=event_id,
            type=event_type,
            time=time,
            correlator=correlator or event_id,
            data=data,
            media_session_id=media_session_id,
        )

    @property
    def state(self) -> State | None:
        """Which state of what it tells; to invite is always the first, to end the only one."""
        subject = self.media_session_id or self.data.get("registrationId")
        if subject is None:
            return None
        first = self.type is EventType.SESSION_INVITATION
        return State(subject, 1 if first else self.data.get("sequenceNumber", 1))

    @property
    def facts(self) -> dict[str, Any]:
        """What a line of the log says of it: which event of what, for whom.

        The ``x-correlator`` is there if it is a client's, not made of the event's id.
        """
        facts: dict[str, Any] = {
            "subscriptionId": self.subscription_id,
            "eventId": self.event_id,
            "type": self.type.value,
        }
        if self.media_session_id is not None:
            facts["mediaSessionId"] = self.media_session_id
            facts["version"] = self.data.get("sequenceNumber")
        if "registrationId" in self.data:
            facts["registrationId"] = self.data["registrationId"]
        if self.correlator != self.event_id:
            facts["correlator"] = log.shown_id("correlator", self.correlator)
        return facts

    @property
    def deduplication_id(self) -> str:
        """By which a FIFO queue knows it again, for five minutes."""
        return self.event_id

    def to_json(self) -> str:
        """Return the body of a message."""
        return _to_json(self)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Asks to tell a sink that works again what has come of the calls that it has missed.

    ``cleared_at`` names the recovery that this is for, ``is_last`` the second look, a few seconds
    after the first. Calls from ``before`` on (when they were placed, and their ids) have been told.
    """

    subscriber_key: Annotated[SubscriberKey, Field(alias=_IN_QUEUE)]
    subscription_id: str
    device: DeviceKey
    cleared_at: UnixSeconds
    is_last: bool = False
    before: tuple[int, str] | None = None

    @classmethod
    def of(cls, subscription: Subscription) -> Self:
        """Ask it for a subscription whose mark has just been cleared."""
        return cls(
            subscriber_key=subscription.subscriber_key,
            subscription_id=subscription.subscription_id,
            device=subscription.device,
            cleared_at=subscription.cleared_at,
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What a line of the log says of it."""
        return {"subscriptionId": self.subscription_id}

    @property
    def deduplication_id(self) -> str:
        """By which a FIFO queue knows it again, for five minutes."""
        return hashlib.blake2b(self.to_json().encode(), digest_size=16).hexdigest()

    def to_json(self) -> str:
        """Return the body of a message."""
        return _to_json(self)


def _to_json(message: "Message") -> str:
    values = asdict(message)
    return json.dumps({_IN_QUEUE: values.pop("subscriber_key"), **values})


type Message = Notification | CatchUp
"""What the queues hold."""


_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)


def message_from(text: str) -> Message:
    """Read the body of a message; what a later version has added to it is passed over.

    Raises ``ValidationError`` for what is no message.
    """
    return _MESSAGE.validate_json(text, strict=True)
