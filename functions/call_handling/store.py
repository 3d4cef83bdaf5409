"""Sessions in DynamoDB: create, read and change them; ``session_ender.py`` ends them.

Optimistic locking: a change is decided on what was read, and written only if the session's version
is unchanged. When a call is placed, the write does not depend on the receiver's register: an actor
that registers at that moment gets in as a late one (ADR 5). Source: AWS, "DynamoDB condition
expressions" and "Managing complex workflows with transactions"; ADR 2.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from botocore.exceptions import ClientError

from aws.dynamodb import dynamodb_client, if_still, new_write_id, unavailable_on_failure
from aws.retry import retry_on
from call_handling.call import Call, Change, Invitation, Media, media_expiry
from call_handling.item import call_from, media_items, session_item
from call_handling.legs import CallingDevice, DeviceNotAllowed, Legs
from call_handling.session import Session, Timeouts
from call_handling.settings import sessions_table, timeouts
from camara.actor import Actor
from camara.errors import NotFound
from camara.identity import SubscriberKey
from camara.unix_time import UnixSeconds
from registration.store import RegistrationStore, registration_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SessionStore:
    """Creates, reads and changes sessions.

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
        actor: Actor,
        registration_id: str,
        receiver: SubscriberKey,
        invitation: Invitation,
        media: Media,
        *,
        media_session_id: str,
        now: UnixSeconds,
    ) -> Call:
        """Store a new session and its media, all or nothing.

        Raises ``DeviceNotAllowed`` unless the device is registered by the actor, at that moment.
        """
        originator = actor.subscriber_key or SubscriberKey("")
        own, others = self._registrations.of_subscribers(originator, receiver)
        try:
            device = own.find(registration_id, actor, now).device
        except NotFound as error:
            raise DeviceNotAllowed from error
        session = Session.invite(
            media_session_id,
            Legs.between(
                CallingDevice(actor, registration_id, device), receiver, others.active(now)
            ),
            write_id=new_write_id(),
            now=now,
            timeouts=self._timeouts,
        )
        call = Call(session, invitation, media, media_expiry(now, self._timeouts))
        check = self._registrations.require_active(originator, [registration_id], now)
        retry_on(lambda: self._write(None, call, now, check), _Conflict)
        return call

    def read(self, media_session_id: str) -> Call:
        """Read a session and its media, however old. Raises ``NotFound``."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            # The session's item first. If a transaction writes between two pages, the media read
            # are newer than the version; else an old offer would pass for that of a new version.
            ScanIndexForward=False,
            KeyConditionExpression="mediaSessionId = :id",
            ExpressionAttributeValues={":id": {"S": media_session_id}},
        )
        with unavailable_on_failure():
            call = call_from(item for page in pages for item in page["Items"])
        if call is None:
            raise NotFound
        return call

    def change(
        self, media_session_id: str, actor: Actor, change: Change, now: UnixSeconds
    ) -> tuple[Call, Call]:
        """Apply a PUT to the session as it is; return the call before and after.

        Optimistic locking: read, decide, write if the version is unchanged; on a conflict, again
        from the new state. Raises what ``Call.changed`` raises.
        """
        write_id = new_write_id()

        def attempt() -> tuple[Call, Call]:
            before = self.read(media_session_id)
            legs = before.session.legs
            answers = before.session.is_answered_by(change.status)
            register = self._registrations.of_subscriber(legs.receiver) if answers else None
            after = before.changed(
                actor,
                change,
                register=register,
                write_id=write_id,
                now=now,
                timeouts=self._timeouts,
            )
            check = None
            if register is not None:
                own = register.active_of(actor, now, change.registration_id)
                check = self._registrations.require_active(
                    legs.receiver, [known.registration_id for known in own], now
                )
            if after is not before:
                self._write(before, after, now, check)
            return before, after

        return retry_on(attempt, _Conflict)

    def look_after(self, media_session_id: str, now: UnixSeconds) -> bool:
        """Do what is due for a live call, for the sweep; tell whether its media were stored anew.

        That moves their expiry, and costs a transaction: two write units for each KiB. Otherwise
        the lease has been renewed since the call's place in the index was written, and the place is
        corrected. Raises ``NotFound``.
        """

        def attempt() -> bool:
            call = self.read(media_session_id)
            if call.readable_media is None:
                return False
            is_media_due = call.are_media_due(now, self._timeouts)
            after = call.with_media_kept(now, self._timeouts) if is_media_due else call
            self._write(call, after, now, unless_renewed=True)
            return is_media_due

        return retry_on(attempt, _Conflict)

    def _write(
        self,
        before: Call | None,
        after: Call,
        now: UnixSeconds,
        check: dict[str, Any] | None = None,
        *,
        unless_renewed: bool = False,
    ) -> None:
        """Store ``after`` if the session is still as it was ``before``, and ``check`` holds.

        Raises ``_Conflict`` if it is not, or another transaction is writing to it. Renewing a lease
        leaves the version as it is: with ``unless_renewed`` that is a conflict, too.
        """
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": session_item(after.session, after.due_at(now, self._timeouts)),
        }
        if before is not None and unless_renewed:
            put |= {
                "ConditionExpression": "version = :version AND expiresAt = :expiresAt",
                "ExpressionAttributeValues": {
                    ":version": {"N": str(before.session.version)},
                    ":expiresAt": {"N": str(before.session.expires_at)},
                },
            }
        else:
            version = before.session.version if before else 0
            put |= if_still(version, after.session.write_id)
        media = [
            {"Put": {"TableName": self._table, "Item": item}} for item in media_items(after, before)
        ]
        checks = [check] if check else []
        try:
            with unavailable_on_failure():
                if checks or media:
                    # The token makes it idempotent when the SDK retries.
                    self._client.transact_write_items(
                        TransactItems=cast("Any", [*checks, {"Put": put}, *media]),
                        ClientRequestToken=uuid4().hex,
                    )
                else:
                    self._client.put_item(**put)
        except (self._refused, self._conflict, self._cancelled) as error:
            if checks and _first_was_refused(error):
                raise DeviceNotAllowed from error
            raise _Conflict from error


class _Conflict(Exception):
    """Somebody else has written, or is writing, to the session or to a register it depends on."""


def _first_was_refused(error: ClientError) -> bool:
    """Tell whether the first condition of a transaction was not met."""
    reasons = cast("Any", error.response).get("CancellationReasons")
    return bool(reasons) and bool(reasons[0]["Code"] == "ConditionalCheckFailed")


@cache
def session_store() -> SessionStore:
    """Return the process's store, as the environment configures it."""
    return SessionStore(dynamodb_client(), sessions_table(), registration_store(), timeouts())
