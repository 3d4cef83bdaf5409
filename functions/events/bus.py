"""The bus that hears of every change of a session, for the operator's IMS side.

Source: AWS, "Amazon EventBridge", ``PutEvents``; at least once, in no particular order.
"""

import json
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from camara import deadline
from camara.errors import Unavailable
from events.configuration import event_bus
from events.session_change import SessionChange

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_DETAIL_TYPE = "MediaSessionStatusChanged"
_SOURCE = "webrtc-call-handling"


class SessionBus:
    """Puts changes of sessions on the bus: statuses and ids, nothing personal."""

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        self._client = client
        self._bus = bus

    def tell(self, change: SessionChange, time: str) -> None:
        """Put a change of ``time`` (RFC 3339) on the bus. Raises ``Unavailable``."""
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
        entry: PutEventsRequestEntryTypeDef = {
            "EventBusName": self._bus,
            "Source": _SOURCE,
            "DetailType": _DETAIL_TYPE,
            "Detail": json.dumps(detail),
        }
        try:
            answer = self._client.put_events(Entries=[entry])
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error
        if answer["FailedEntryCount"]:
            raise Unavailable


@cache
def session_bus() -> SessionBus:
    """Return the process's bus: three attempts of at most 6 seconds."""
    config = Config(
        connect_timeout=1,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return SessionBus(deadline.bounded(boto3.client("events", config=config)), event_bus())
