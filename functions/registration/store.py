"""Registers in DynamoDB: read, changed, and what another transaction may ask of them.

A change is decided on what was read and written on the condition that the registers are still the
same: whoever loses a race decides again. Source: AWS, "Managing complex workflows with
transactions"; ADR 5.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from camara.dynamodb import dynamodb_client, if_still, unavailable_on_failure
from camara.errors import InvalidTokenContext, Unavailable
from registration.configuration import limits, registrations_table
from registration.item import number_owner, register_from, register_item, user_owner
from registration.register import (
    Ended,
    Limits,
    Register,
    Registration,
    is_registration_id,
    require_room,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Decision = Callable[[Register, Register], tuple[Register, Register]]
"""From the registers of a number and of a user to both as they are to be; may raise."""

_ATTEMPTS = 10


class RegistrationStore:
    """The registers of numbers and users; ``number`` and ``user`` are their keys.

    A change takes two requests: one reads both registers, one writes them. Whose register a
    registration is in is known by the registration; the caller is only asked to guess it.

    Every method raises ``Unavailable`` when DynamoDB does not serve, ``Timeout`` when there is no
    time to ask it.
    """

    def __init__(self, client: "DynamoDBClient", table: str, limits: Limits) -> None:
        self._client = client
        self._table = table
        self._limits = limits
        self._refused = client.exceptions.ConditionalCheckFailedException
        self._conflict = client.exceptions.TransactionConflictException
        self._cancelled = client.exceptions.TransactionCanceledException

    def of_number(self, number: str) -> Register:
        """Read the register of a number, as it is at this moment."""
        return self._read(number_owner(number))

    def create(self, number: str, registration: Registration, now: int) -> None:
        """Register a device; raises what ``require_room`` raises."""

        def decide(of_number: Register, of_user: Register) -> tuple[Register, Register]:
            require_room(
                registration, of_number=of_number, of_user=of_user, limits=self._limits, now=now
            )
            return of_number.with_(registration, now), of_user.with_(registration, now)

        self._change(number, registration.user, lambda _: registration.user, decide, now)

    def refresh(
        self, number: str, registration_id: str, expires_at: int, now: int, *, user: str = ""
    ) -> None:
        """Move the expiry of an active registration. Raises ``NotFound``."""

        def decide(of_number: Register, of_user: Register) -> tuple[Register, Register]:
            refreshed = of_number.find(registration_id, now).until(expires_at)
            return of_number.with_(refreshed, now), of_user.with_(refreshed, now)

        self._change(number, user, lambda found: found.find(registration_id, now).user, decide, now)

    def delete(self, number: str, registration_id: str, now: int, *, user: str = "") -> None:
        """End an active registration. Raises ``NotFound``."""

        def decide(of_number: Register, of_user: Register) -> tuple[Register, Register]:
            known = of_number.find(registration_id, now)
            return of_number.without(known, now), of_user.without(known, now)

        self._change(number, user, lambda found: found.find(registration_id, now).user, decide, now)

    def end_expired(self, owner: str, now: int) -> tuple[Ended, ...]:
        """End what has expired in a number's register; return what that was.

        Nothing, when the register has been changed meanwhile: who changed it has done the same.
        """
        before = self._read(owner)
        after = before.without_expired(now)
        if not after.ended:
            return ()
        try:
            with unavailable_on_failure():
                self._client.put_item(**self._put(before, after, uuid4().hex, now))
        except (self._refused, self._conflict):
            return ()
        return after.ended

    def require_active(self, number: str, registration_id: str, now: int) -> dict[str, Any]:
        """Return the condition, for somebody's transaction, that a registration is active.

        Raises ``InvalidTokenContext`` for what cannot be the id of one.
        """
        if not is_registration_id(registration_id):
            raise InvalidTokenContext
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": {"owner": {"S": number_owner(number)}},
                "ConditionExpression": "registrations.#registration.expiresAt > :now",
                "ExpressionAttributeNames": {"#registration": registration_id},
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
            }
        }

    def _change(
        self,
        number: str,
        guess: str,
        user_of: Callable[[Register], str],
        decide: Decision,
        now: int,
    ) -> None:
        """Write both registers as ``decide`` says, if they are still what it decided on."""
        write_id = uuid4().hex
        for _ in range(_ATTEMPTS):
            of_number, of_user = self._read_both(number_owner(number), user_owner(guess))
            if (user := user_of(of_number)) != guess:
                of_user = self._read(user_owner(user))
            after = decide(of_number, of_user)
            pairs = zip((of_number, of_user), after, strict=True)
            puts = [{"Put": self._put(before, then, write_id, now)} for before, then in pairs]
            try:
                with unavailable_on_failure():
                    self._client.transact_write_items(
                        TransactItems=cast("Any", puts), ClientRequestToken=uuid4().hex
                    )
            except self._cancelled:
                continue
            return
        raise Unavailable

    def _read(self, owner: str) -> Register:
        with unavailable_on_failure():
            answer = self._client.get_item(
                TableName=self._table, Key={"owner": {"S": owner}}, ConsistentRead=True
            )
        return register_from(owner, answer.get("Item"))

    def _read_both(self, *owners: str) -> list[Register]:
        keys = [{"owner": {"S": owner}} for owner in owners]
        with unavailable_on_failure():
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
            )
        if answer["UnprocessedKeys"]:
            raise Unavailable
        found = {item["owner"]["S"]: item for item in answer["Responses"][self._table]}
        return [register_from(owner, found.get(owner)) for owner in owners]

    def _put(self, before: Register, after: Register, write_id: str, now: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": register_item(after, write_id, now),
            **if_still(before.version, write_id),
        }


@cache
def registration_store() -> RegistrationStore:
    """Return the process's store, as the environment configures it."""
    return RegistrationStore(dynamodb_client(), registrations_table(), limits())
