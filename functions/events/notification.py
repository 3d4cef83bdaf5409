"""What is queued for a subscription: which event, nothing personal; the rest is added in the end.

A notification has the same ``event_id`` whenever it is made of the same change for the same
subscription, so that the queue, and the sink, know it again. Source: CloudEvents 1.0.2, ``id``;
ADR 6.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from events.subscription import EventType, Subscription


@dataclass(frozen=True, slots=True)
class Notification:
    """``time`` is that of the event (RFC 3339), ``data`` what the event says besides the call.

    ``media_session_id`` is that of the call that it is about, if it is about one.
    """

    number: str
    subscription_id: str
    event_id: str
    type: EventType
    time: str
    correlator: str
    data: dict[str, Any]
    media_session_id: str | None = None

    @classmethod
    def to(
        cls,
        subscription: Subscription,
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
            number=subscription.number,
            subscription_id=subscription.subscription_id,
            event_id=event_id,
            type=event_type,
            time=time,
            correlator=correlator or event_id,
            data=data,
            media_session_id=media_session_id,
        )

    def to_json(self) -> str:
        """Return the body of a message."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the body of a message."""
        values = json.loads(text)
        return cls(**{**values, "type": EventType(values["type"])})
