"""EventBridge bus that has every change of every session, for the operator's own systems (IMS).

At least once, in no particular order. Source: AWS, "Amazon EventBridge", ``PutEvents``.
"""

import json
from collections.abc import Sequence
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline
from camara.errors import Timeout
from notifications.session_change import SessionChange
from notifications.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_BATCH = 10
_DETAIL_TYPE = "MediaSessionStatusChanged"
_SOURCE = "webrtc-call-handling"


def detail_of(change: SessionChange, time: str) -> str:
    """Return an event's detail (JSON): a change of ``time`` (RFC 3339), also in SIP's terms."""
    session = change.session
    detail = {
        "mediaSessionId": session.media_session_id,
        "sequenceNumber": session.version,
        "status": session.status.value,
        "previousStatus": change.before.value if change.before else None,
        "endedBy": change.ended_by,
        "reason": change.reason,
        "sip": change.sip,
        "time": time,
    }
    return json.dumps(detail)


class SessionBus:
    """Puts changes of sessions on the bus."""

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        self._client = client
        self._bus = bus

    def put_each(self, details: Sequence[str]) -> list[int]:
        """Put changes on the bus, one request for each ten; return the places of those that failed.

        After the first request that fails none is made.
        """
        missing: list[int] = []
        for batch in batched(enumerate(details), _BATCH, strict=False):
            places = [place for place, _ in batch]
            if missing:
                missing.extend(places)
                continue
            try:
                answer = self._client.put_events(
                    Entries=[
                        {
                            "EventBusName": self._bus,
                            "Source": _SOURCE,
                            "DetailType": _DETAIL_TYPE,
                            "Detail": detail,
                        }
                        for _, detail in batch
                    ]
                )
            except (ClientError, BotoCoreError, Timeout):
                missing.extend(places)
            else:
                results = zip(places, answer["Entries"], strict=True)
                missing.extend(place for place, result in results if "ErrorCode" in result)
        return missing


@cache
def session_bus() -> SessionBus:
    """Return the process's bus: three attempts of at most 3 seconds."""
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return SessionBus(
        deadline.enforce_deadline(boto3.client("events", config=config)), settings().event_bus
    )
