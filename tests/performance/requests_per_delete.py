"""How often a DELETE asks DynamoDB: every HTTP request that the SDK sends, retries included.

Who seems to be no party, or names a device that seems not to hold the leg, is looked up among the
registered devices, once, before it is refused: the documented exception to one request (ADR 5).
Parties, unknown sessions and tokens without a subscriber never cost that look.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from call_handling.item import session_from
from call_handling.session import Session
from call_handling.session_key import key
from camara.actor import Actor
from camara.errors import InvalidTokenContext
from camara.identity import derive_late_actor_key
from registration.item import subscriber_owner
from tests.performance.result import Budget, Result
from tests.performance.sent import Sent, in_words, sent_by
from tests.performance.stored_sessions import sessions_table
from tests.support.api import a_call, delete
from tests.support.builders import (
    ALICE,
    BOB,
    CLIENT,
    EVE,
    NOBODY,
    a_context,
    an_actor,
    registration_id,
)
from tests.support.devices import register
from tests.support.table import REGISTRATIONS, TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type _End = Callable[["DynamoDBClient", "_Case", str], int]
"""Ends a session for a caller; returns the HTTP status."""

_UNKNOWN = "f00d" * 10
_LATE = "client-late"


class _Case(NamedTuple):
    """Who asks (no subscriber: a two-legged token), what is answered, what may be spent.

    ``device`` is the registration that is named, if one is.
    """

    subscriber: str | None
    status: int
    budget: int = 1
    client: str = CLIENT
    device: str | None = None
    note: str = ""


_REPEATED = "asked again"
_CASES = {
    "done": _Case(ALICE, 204),
    "done by the device that is named": _Case(BOB, 204, device=registration_id(BOB)),
    "unknown session": _Case(ALICE, 404),
    "over": _Case(ALICE, 404),
    _REPEATED: _Case(ALICE, 204),
    "not a party, no subscriber in the token": _Case(None, 403, client="client-of-nobody"),
    "not a party": _Case(
        EVE, 403, 2, note="the one documented look, at the register of devices, and a refusal"
    ),
    "not a party, no device": _Case(
        NOBODY, 404, 2, note="the same look, which makes it another refusal"
    ),
    "a device named that does not hold the leg": _Case(
        ALICE, 403, 2, device=registration_id(BOB), note="a refusal, the same look, and no more"
    ),
    "receiver through a client new since the call began": _Case(
        BOB, 204, 3, client=_LATE, note="refused, looked up, and ended"
    ),
}


def measure() -> Iterator[Result]:
    """Count the requests of a DELETE that succeeds and of each that is refused."""
    for name, case in _CASES.items():
        ours, usual = (_sent(name, case, end) for end in (_ours, _read_then_delete))
        yield Result(
            name=f"requests-per-delete.{name.replace(',', '').replace(' ', '-')}",
            what=f"DynamoDB requests per DELETE, {name}",
            unit="requests",
            floor=1,
            usual=len(usual),
            value=len(ours),
            budget=Budget(case.budget),
            notes=[f"{in_words(ours)}: {case.note}"] if case.note else [],
        )


def _sent(name: str, case: _Case, end: _End) -> list[Sent]:
    with sessions_table() as client:
        media_session_id = _prepared(name)
        with sent_by(client) as sent:
            status = end(client, case, media_session_id)
    # What reads first has no answer for a request that is repeated: 404.
    if status != case.status and not (name == _REPEATED and end is _read_then_delete):
        message = f"{name}: {status} instead of {case.status}"
        raise AssertionError(message)
    _require_only_the_looks(sent)
    return sent


def _prepared(name: str) -> str:
    media_session_id = a_call()
    register(BOB, 2, client_id=_LATE)
    match name:
        case "unknown session":
            return _UNKNOWN
        case "over":
            delete(ALICE, media_session_id, correlator="another")
        case "asked again":
            delete(ALICE, media_session_id, correlator="one")
    return media_session_id


def _require_only_the_looks(sent: list[Sent]) -> None:
    """Raise AssertionError if the register of devices was used for anything but a look."""
    for request in sent:
        looks = request.body["TableName"] == REGISTRATIONS
        assert not looks or request.name == "GetItem", request


def _ours(_: "DynamoDBClient", case: _Case, media_session_id: str) -> int:
    return delete(
        case.subscriber,
        media_session_id,
        correlator="one",
        context=a_context(case.subscriber, client_id=case.client),
        headers={"registrationId": case.device} if case.device else {},
    ).status


def _read_then_delete(client: "DynamoDBClient", case: _Case, media_session_id: str) -> int:
    """The usual way, at its leanest: look at the session, decide, write.

    It looks at the caller's devices when it must, as ours does.
    """
    found = client.get_item(TableName=TABLE, Key=key(media_session_id)).get("Item")
    if found is None or "endings" not in found:
        return 404
    session, actor = session_from(found), an_actor(case.subscriber, case.client)
    entry = actor.key
    if entry not in session.endings or not _holds(case.device, session, actor):
        if actor.subscriber_key is None:
            return 403
        owner = {"owner": {"S": subscriber_owner(actor.subscriber_key)}}
        if not client.get_item(TableName=REGISTRATIONS, Key=owner).get("Item"):
            return 404
        if actor.subscriber_key != session.legs.receiver:
            return 403
        entry = derive_late_actor_key(actor.subscriber_key)
    client.update_item(
        TableName=TABLE,
        Key=key(media_session_id),
        ConditionExpression="version = :version",
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":version": found["version"],
            ":status": {"S": session.endings[entry]},
        },
    )
    return 204


def _holds(device: str | None, session: Session, actor: Actor) -> bool:
    try:
        session.legs.require_holder(session.legs.role_of(actor), actor, device)
    except InvalidTokenContext:
        return False
    return True
