"""End a session: one conditional, idempotent DynamoDB write, whoever asks and whatever the state.

The item holds, for each actor that may end the session, the final status that it would leave
(``Session.endings``). The write sets the status to the actor's entry, on the condition that there
is one (and, if a device is named, that it holds the leg). So DynamoDB decides existence,
authorisation, liveness and outcome at one moment, without a read before it.
Source: ADR 2; AWS, "Update expressions" and ``ReturnValuesOnConditionCheckFailure``.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from botocore.exceptions import ClientError

from aws.dynamodb import dynamodb_client, new_write_id, unavailable_on_failure
from aws.retry import retry_on
from call_handling.call_actor import NETWORK, LateActor, entry_of
from call_handling.session_key import key
from call_handling.settings import sessions_table, timeouts
from call_handling.status import Role, end_status
from camara.actor import Actor
from camara.errors import NotFound
from camara.identity import derive_registration_key
from camara.unix_time import UnixSeconds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ACTOR_HAS_AN_ENDING = "attribute_exists(endings.#actor)"
_END = (
    "SET #status = endings.#actor, version = version + :one, writeId = :writeId,"
    " endedBy = :actor, endedAt = :now, expiresAt = :expiresAt, #note = :note"
    " REMOVE endings, staleShard, staleAt, deadline"
)
_ITEM_DOES_NOT_FIT = "ValidationException"


class Transition(NamedTuple):
    """The change of status by which a session ended, and who ended it: a role, or ``network``.

    ``before`` is empty when DynamoDB's answer was lost, and the SDK's retry found the write done.
    ``version`` is that of the session after it.
    """

    before: str
    after: str
    ended_by: str
    version: int

    def facts(self) -> dict[str, str | int]:
        """Return it as fields of a log line."""
        return {
            "from": self.before,
            "to": self.after,
            "endedBy": self.ended_by,
            "version": self.version,
        }


class LeftAlone(StrEnum):
    """Why the network did not end a session."""

    RENEWED = "renewed"
    """Its deadline has moved."""
    DUE = "due"
    """Its deadline has not passed, but something else is due (``Call.due_at``)."""
    MEDIA_KEPT = "media kept"
    """It lives, and its media were stored for longer."""
    HELD = "held"
    """Another device holds the leg."""
    OVER = "over"
    """It has ended already."""
    UNKNOWN = "unknown"
    """There is no such session."""
    MALFORMED = "malformed"
    """The id, or the stored item, makes no sense."""


class Clause(NamedTuple):
    """A further condition on the end of a session; ``otherwise`` is the reason if it is not met."""

    expression: str
    otherwise: LeftAlone
    values: Mapping[str, Any] = {}


DEADLINE_HAS_PASSED = Clause(
    "staleAt <= :now AND (attribute_not_exists(deadline) OR deadline <= :now)",
    LeftAlone.RENEWED,
)


def held_by(registration_id: str, actor: Actor) -> Clause:
    """Return the condition that this device holds the leg of the actor (see ``Legs.roles``)."""
    if actor.subscriber_key is None:
        caller, called = "callerClient = :leg", "callerClient <> :leg"
    else:
        caller, called = "originator = :leg", "receiver = :leg"
    return Clause(
        f"({caller} AND registrationId = :device OR {called} AND contains(holders, :holder))",
        LeftAlone.HELD,
        {
            ":leg": {"S": actor.subscriber_key or actor.client},
            ":device": {"S": registration_id},
            ":holder": {"S": derive_registration_key(actor.client, registration_id)},
        },
    )


class SessionEnder:
    """Ends sessions with one request each, whether it is done or refused.

    It costs one write unit, and one more for the index of live sessions. Every method raises
    ``Unavailable`` when DynamoDB does not serve, ``Timeout`` when there is no time to ask it.
    """

    def __init__(self, client: "DynamoDBClient", table: str, retention: int) -> None:
        self._client = client
        self._table = table
        self._retention = retention
        self._refused = client.exceptions.ConditionalCheckFailedException
        self._conflict = client.exceptions.TransactionConflictException

    def by_party(
        self,
        media_session_id: str,
        actor: Actor,
        correlator: str,
        now: UnixSeconds,
        *,
        registration_id: str | None = None,
    ) -> Transition | None:
        """End a session for the DELETE of ``actor``, if the named device (if any) holds its leg.

        Returns ``None`` for a repeated DELETE: an earlier one of the same party, with the same
        correlator, has ended the session. Raises ``NotFound``, ``NotAParty``, ``DeviceNotAllowed``
        and ``Unbound``.
        """
        write_id, entry = new_write_id(), entry_of(actor)
        clause = None
        if registration_id is not None and not isinstance(actor, LateActor):
            clause = held_by(registration_id, actor)
        try:
            found = self._end(
                media_session_id,
                entry,
                only_if=clause,
                note=("deleteCorrelator", correlator),
                write_id=write_id,
                now=now,
                returned="ALL_OLD",
            )
        except self._refused as refusal:
            item = _item_found_by(refusal)
            if not item:
                raise NotFound from refusal
            # Imported only here: it brings boto3, a seventh of a cold start; success needs none.
            from call_handling.item import session_from  # noqa: PLC0415

            session = session_from(item)
            session.explain_refused_end(
                actor, registration_id, write_id=write_id, correlator=correlator, now=now
            )
            if session.write_id != write_id:
                return None
            role = session.legs.role_of(actor)
            return Transition("", session.status, role, session.version)
        after = _text(found["endings"]["M"][entry])
        return Transition(_text(found["status"]), after, _role(found, actor), _next_version(found))

    def by_network(
        self, media_session_id: str, reason: str, now: UnixSeconds, *, only_if: Clause | None = None
    ) -> Transition | LeftAlone:
        """End a session that no party ends, ``only_if`` a further condition is met."""
        write_id = new_write_id()
        try:
            found = self._end(
                media_session_id,
                NETWORK,
                only_if=only_if,
                note=("endReason", reason),
                write_id=write_id,
                now=now,
                returned="UPDATED_OLD",
            )
        except self._refused as refusal:
            return _why_left_alone(_item_found_by(refusal), write_id, only_if, now)
        except ClientError as error:
            if error.response["Error"]["Code"] != _ITEM_DOES_NOT_FIT:
                raise
            return LeftAlone.MALFORMED
        before = _text(found.get("status"))
        return Transition(before, end_status(before, None), NETWORK, _next_version(found))

    def _end(
        self,
        media_session_id: str,
        actor: str,
        *,
        note: tuple[str, str],
        write_id: str,
        now: UnixSeconds,
        returned: Literal["ALL_OLD", "UPDATED_OLD"],
        only_if: Clause | None = None,
    ) -> dict[str, Any]:
        """Write; return the item's attributes as they were before, all or only those written."""
        name, text = note
        condition, values = _ACTOR_HAS_AN_ENDING, dict[str, Any]()
        if only_if is not None:
            condition, values = f"{condition} AND {only_if.expression}", dict(only_if.values)

        def attempt() -> dict[str, Any]:
            with unavailable_on_failure():
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=key(media_session_id),
                    ConditionExpression=condition,
                    UpdateExpression=_END,
                    ExpressionAttributeNames={"#status": "status", "#actor": actor, "#note": name},
                    ExpressionAttributeValues={
                        ":one": {"N": "1"},
                        ":writeId": {"S": write_id},
                        ":actor": {"S": actor},
                        ":now": {"N": str(now)},
                        ":expiresAt": {"N": str(now + self._retention)},
                        ":note": {"S": text},
                        **values,
                    },
                    ReturnValues=returned,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            found: dict[str, Any] = answer["Attributes"]
            return found

        # A PUT's transaction on the item may be under way.
        return retry_on(attempt, self._conflict)


def _item_found_by(refusal: ClientError) -> dict[str, Any]:
    item: dict[str, Any] = cast("dict[str, Any]", refusal.response).get("Item", {})
    return item


def _why_left_alone(
    item: dict[str, Any], write_id: str, only_if: Clause | None, now: UnixSeconds
) -> Transition | LeftAlone:
    """Tell from the item, which may lack anything, why the condition was not met."""
    if not item:
        return LeftAlone.UNKNOWN
    if item.get("writeId") == {"S": write_id}:
        version = int(_number(item.get("version")))
        return Transition("", _text(item.get("status")), NETWORK, version)
    if "endings" not in item and "endedBy" in item:
        return LeftAlone.OVER
    if NETWORK not in item.get("endings", {}).get("M", {}) or only_if is None:
        return LeftAlone.MALFORMED
    if only_if is DEADLINE_HAS_PASSED and _number(item.get("staleAt")) <= now:
        lives = _number(item.get("deadline")) > now
        return LeftAlone.DUE if lives else LeftAlone.MALFORMED
    return only_if.otherwise


def _role(item: dict[str, Any], actor: Actor) -> Role:
    caller = (
        ("originator", actor.subscriber_key)
        if actor.subscriber_key
        else ("callerClient", actor.client)
    )
    return Role.ORIGINATOR if _text(item[caller[0]]) == caller[1] else Role.RECEIVER


def _next_version(before: dict[str, Any]) -> int:
    return int(before["version"]["N"]) + 1


def _text(value: dict[str, str] | None) -> str:
    return (value or {}).get("S", "")


def _number(value: dict[str, str] | None) -> float:
    return float((value or {}).get("N", 0))


@cache
def session_ender() -> SessionEnder:
    """Return the process's ``SessionEnder``, as the environment configures it."""
    return SessionEnder(dynamodb_client(), sessions_table(), timeouts().ended_retention)
