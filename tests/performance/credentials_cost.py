"""How often KMS is asked for the access token of a sink: once by a process, however often it tells.

The usual way, the former one, asks for each delivery.
"""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3

from camara.scope import EventType
from notifications import delivery
from notifications.credentials import Vault
from notifications.notification import Notification
from notifications.subscription import Subscription
from tests.performance.result import Budget, Result
from tests.performance.stand_ins import delivered
from tests.performance.stored_sessions import sessions_table
from tests.support.builders import NOW, subscription_id
from tests.support.messaging import subscribe

_DELIVERIES = 20
_TOKEN = "made-up-sink-token"
_ENVIRONMENT = {"EVENT_SOURCE": "https://api.example.com/camara", "LOOPBACK_SINKS": "false"}


def measure() -> Iterator[Result]:
    """Tell one sink again and again, and count."""
    asked = list[Any]()
    told = list[str]()

    def post(_sink: Any, _body: bytes, headers: dict[str, str], **_: Any) -> int:
        told.append(headers["Authorization"])
        return 204

    with sessions_table(**_ENVIRONMENT):
        kms = boto3.client("kms")
        vault = Vault(kms, kms.create_key()["KeyMetadata"]["KeyId"])
        credential = vault.seal(subscription_id(1), _TOKEN, NOW + 3600)
        subscription = subscribe(1, type=EventType.REGISTRATION_ENDS, credential=credential)
        kms.meta.events.register_first("before-send.kms", lambda **sent: asked.append(sent))
        with patch.object(delivery, "vault", lambda: vault), patch.object(delivery, "post", post):
            for number in range(_DELIVERIES):
                delivered(_end_of(f"registration {number}", subscription))
    assert told == [f"Bearer {_TOKEN}"] * _DELIVERIES, told
    yield Result(
        name="credentials.requests",
        what=f"KMS requests of a process for a sink's access token, {_DELIVERIES} deliveries",
        unit="requests",
        floor=1,
        usual=_DELIVERIES,
        value=len(asked),
        budget=Budget(1),
    )


def _end_of(registration: str, subscription: Subscription) -> Notification:
    return Notification.to(
        subscription,
        EventType.REGISTRATION_ENDS,
        registration,
        time="2027-01-15T08:00:00Z",
        data={"registrationId": registration},
    )
