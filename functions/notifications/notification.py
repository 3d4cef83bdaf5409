"""Messages of the queues: notifications, and requests to catch up.

They name an event and a subscription, and have nothing personal: addresses and SDP are added at
delivery. The same change for the same subscription always has the same ``event_id``, by which the
queue and the sink recognise duplicates. Source: CloudEvents 1.0.2, ``id``; ADR 6.
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
    """Whom a notification is for: a subscription, or its entry in an audience."""

    @property
    def subscriber_key(self) -> SubscriberKey:
        """The subscriber that it belongs to."""

    @property
    def subscription_id(self) -> str:
        """Its id."""

    @property
    def device(self) -> DeviceKey:
        """The key of its device."""


@dataclass(frozen=True, slots=True)
class Notification:
    """An event for one subscription.

    ``time`` is that of the event (RFC 3339), ``data`` the event's data without those of the call,
    ``media_session_id`` the call that it is about, if it is about one.
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
        """The state that it reports: an invitation the first of a call, an end the only one."""
        subject = self.media_session_id or self.data.get("registrationId")
        if subject is None:
            return None
        first = self.type is EventType.SESSION_INVITATION
        return State(subject, 1 if first else self.data.get("sequenceNumber", 1))

    @property
    def facts(self) -> dict[str, Any]:
        """It as fields of a log line; ``correlator`` is one of them only if a client sent it."""
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
        """SQS drops a message with the same id within five minutes."""
        return self.event_id

    def to_json(self) -> str:
        """Return the body of a message."""
        return _to_json(self)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """A request to send a sink that works again the latest state of what it has missed.

    ``cleared_at`` identifies the recovery, ``is_last`` is set for the second pass, a few seconds
    after the first. It goes on with calls ``before`` this one (time and id): newer ones are done.
    """

    subscriber_key: Annotated[SubscriberKey, Field(alias=_IN_QUEUE)]
    subscription_id: str
    device: DeviceKey
    cleared_at: UnixSeconds
    is_last: bool = False
    before: tuple[int, str] | None = None

    @classmethod
    def of(cls, subscription: Subscription) -> Self:
        """Return the first request for a subscription whose mark has just been cleared."""
        return cls(
            subscriber_key=subscription.subscriber_key,
            subscription_id=subscription.subscription_id,
            device=subscription.device,
            cleared_at=subscription.cleared_at,
        )

    @property
    def facts(self) -> dict[str, Any]:
        """It as fields of a log line."""
        return {"subscriptionId": self.subscription_id}

    @property
    def deduplication_id(self) -> str:
        """SQS drops a message with the same id within five minutes."""
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
    """Read the body of a message; properties that a later release has added are ignored.

    Raises ``ValidationError`` for what is no message.
    """
    return _MESSAGE.validate_json(text, strict=True)
