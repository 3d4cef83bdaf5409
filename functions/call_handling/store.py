"""Sessions in DynamoDB: placed, read and changed; ``ending.py`` ends them.

Every change of state is one conditional write, so nothing is ever decided on something read
earlier: whoever loses a race is refused by the table itself. Source: AWS, "DynamoDB condition
expressions" and "Managing complex workflows with transactions"; ADR 2.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from botocore.exceptions import ClientError

from call_handling.call import Call, Invitation, Media, media_expiry
from call_handling.configuration import sessions_table, timeouts
from call_handling.item import call_from, media_items, session_item
from call_handling.party import Actor
from call_handling.session import CallingDevice, Change, Session, Timeouts
from call_handling.status import Role
from camara.dynamodb import dynamodb_client, if_still, unavailable_on_failure
from camara.errors import InvalidTokenContext, NotFound, Unavailable
from registration.register import Registration
from registration.store import RegistrationStore, registration_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 5


class SessionStore:
    """Places, reads and changes sessions.

    Every method raises ``Unavailable`` when DynamoDB does not serve, ``Timeout`` when there is no
    time to ask it.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        registrations: RegistrationStore,
        timeouts: Timeouts,
    ) -> None:
        self._client = client
        self._table = table
        self._registrations = registrations
        self._timeouts = timeouts
        self._refused = client.exceptions.ConditionalCheckFailedException
        self._conflict = client.exceptions.TransactionConflictException
        self._cancelled = client.exceptions.TransactionCanceledException

    def create(
        self,
        device: CallingDevice,
        receiver: str,
        invitation: Invitation,
        media: Media,
        *,
        media_session_id: str,
        now: int,
    ) -> Call:
        """Store a new session and its media, all or nothing.

        Raises ``InvalidTokenContext`` unless the device is registered for the originator at that
        moment.
        """
        write_id = uuid4().hex
        reachable = self._registrations.of_number(receiver).active(now)
        session = Session.invite(
            media_session_id,
            device=device,
            receiver=receiver,
            receiver_clients=frozenset(known.client for known in reachable),
            write_id=write_id,
            now=now,
            timeouts=self._timeouts,
        )
        call = Call(session, invitation, media, media_expiry(session, self._timeouts))
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": session_item(session),
            **if_still(0, write_id),
        }
        writes = [
            self._registrations.require_active(device.originator, device.registration_id, now),
            {"Put": put},
            *({"Put": {"TableName": self._table, "Item": item}} for item in media_items(call)),
        ]
        for _ in range(_ATTEMPTS):
            try:
                self._write_all(writes)
            except self._cancelled as refusal:
                if _first_was_refused(refusal):
                    raise InvalidTokenContext from refusal
                # The register is being changed, or checked for another call.
                continue
            return call
        raise Unavailable

    def read(self, media_session_id: str) -> Call:
        """Read a session and its media, however old. Raises ``NotFound``."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="mediaSessionId = :id",
            ExpressionAttributeValues={":id": {"S": media_session_id}},
        )
        with unavailable_on_failure():
            call = call_from(item for page in pages for item in page["Items"])
        if call is None:
            raise NotFound
        return call

    def change(
        self, media_session_id: str, actor: Actor, change: Change, now: int
    ) -> tuple[Call, Call, Role]:
        """Apply a PUT to the session as it is: read, decide, write unless it has moved on.

        Whoever loses a race decides again on what the winner left. Returns the call before and
        after, and the role of the actor. Raises ``NotFound``, ``InvalidTokenContext`` and
        ``IncompatibleState``.
        """
        write_id = uuid4().hex
        for _ in range(_ATTEMPTS):
            before = self.read(media_session_id)
            devices: list[Registration] = []
            if before.session.is_answered_by(change):
                devices = self._registrations.of_number(before.session.receiver).active(now)
            after = before.changed(
                actor,
                change,
                devices=devices,
                write_id=write_id,
                now=now,
                timeouts=self._timeouts,
            )
            if self._replace(before, after):
                return before, after, before.session.role_of(actor)
        raise Unavailable

    def _replace(self, before: Call, after: Call) -> bool:
        """Store ``after`` if the session is still as it was ``before``; tell whether it was."""
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": session_item(after.session),
            **if_still(before.session.version, after.session.write_id),
        }
        media = [
            {"Put": {"TableName": self._table, "Item": item}} for item in media_items(after, before)
        ]
        try:
            if media:
                self._write_all([{"Put": put}, *media])
            else:
                with unavailable_on_failure():
                    self._client.put_item(**put)
        except (self._refused, self._conflict, self._cancelled):
            return False
        return True

    def _write_all(self, writes: list[dict[str, Any]]) -> None:
        """Write all or nothing; the token lets the SDK ask again without writing twice."""
        with unavailable_on_failure():
            self._client.transact_write_items(
                TransactItems=cast("Any", writes), ClientRequestToken=uuid4().hex
            )


def _first_was_refused(refusal: ClientError) -> bool:
    """Tell whether the first condition of a transaction was not met."""
    reasons = cast("Any", refusal.response)["CancellationReasons"]
    return bool(reasons[0]["Code"] == "ConditionalCheckFailed")


@cache
def session_store() -> SessionStore:
    """Return the process's store, as the environment configures it."""
    return SessionStore(dynamodb_client(), sessions_table(), registration_store(), timeouts())
