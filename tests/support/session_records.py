"""Records of the stream of sessions, made up: of as many calls as a test wants, and of whom."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from call_handling.item import session_item
from call_handling.legs import CallingDevice, Legs
from call_handling.session import Session
from call_handling.status import Status
from camara.identity import derive_subscriber_key
from tests.support.builders import ALICE, BOB, NOW, TIMEOUTS, a_registration, an_actor
from tests.support.streams import Record

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/sessions/stream/2027-01-15T00:00:00.000"
_RINGING = (Status.RINGING, Status.PROCEEDING)


def media_session_id(call: int) -> str:
    """Return the id of a call."""
    return f"{call:040X}"


def of_calls(
    calls: Iterable[int], between: Callable[[int], tuple[str, str]] = lambda _: (ALICE, BOB)
) -> list[Record]:
    """Return the records of changes of these calls: each time that one is named, its next.

    ``between`` says who calls whom.
    """
    versions: dict[int, int] = {}
    records = []
    for place, call in enumerate(calls):
        number = versions[call] = versions.get(call, 0) + 1
        old = _version(number - 1, call, *between(call)) if number > 1 else None
        records.append(_record(place, _version(number, call, *between(call)), old))
    return records


def _version(number: int, call: int, caller: str, receiver: str) -> Session:
    """Return a version of a call that rings on and on; the first is the invitation."""
    device = a_registration(caller)
    legs = Legs.between(
        CallingDevice(an_actor(caller), device.registration_id, device.device),
        derive_subscriber_key(receiver),
        [a_registration(receiver)],
    )
    began = Session.invite(media_session_id(call), legs, write_id="1", now=NOW, timeouts=TIMEOUTS)
    if number == 1:
        return began
    return replace(began, version=number, status=_RINGING[number % 2])


def _record(place: int, new: Session, old: Session | None) -> Record:
    item = session_item(new)
    images: dict[str, Any] = {"NewImage": item}
    if old is not None:
        images["OldImage"] = session_item(old)
    return {
        "eventName": "MODIFY" if old else "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": ARN,
        "dynamodb": {
            "ApproximateCreationDateTime": NOW,
            "Keys": {name: item[name] for name in ("mediaSessionId", "part")},
            "SequenceNumber": f"{place:024}",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **images,
        },
    }
