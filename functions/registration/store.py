"""Registers in DynamoDB: reading, changing them, and a condition for other transactions.

Optimistic locking: read both registers, decide, write both in one transaction if their versions
are unchanged; on a conflict retry from the new state, with backoff (``aws.retry``).
Source: AWS, "Managing complex workflows with transactions"; ADR 5.
"""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from aws.dynamodb import (
    dynamodb_client,
    if_still,
    new_write_id,
    read_batch,
    unavailable_on_failure,
)
from aws.retry import retry_on
from camara.actor import Actor
from camara.identity import SubscriberKey, UserKey
from camara.unix_time import UnixSeconds
from registration.item import (
    register_from,
    register_item,
    subscriber_key_of,
    subscriber_owner,
    user_owner,
)
from registration.register import (
    Ended,
    Limits,
    Register,
    Registration,
    require_room,
)
from registration.settings import limits, registrations_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Decision = Callable[[Register, Register], tuple[Register, Register]]
"""From the registers of a number and of a user to the next version of both; may raise."""

_BATCH = 100


class RegistrationStore:
    """The registers of subscribers and of users.

    A change takes two requests: one reads both registers, one writes them.

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

    def of_subscriber(self, subscriber_key: SubscriberKey) -> Register:
        """Read the register of a subscriber, as it is at this moment."""
        return self._read(subscriber_owner(subscriber_key))

    def of_subscribers(self, *subscriber_keys: SubscriberKey) -> list[Register]:
        """Read the registers of up to 100 different subscribers in one request."""
        return self._read_all(*map(subscriber_owner, subscriber_keys))

    def items_of(
        self, subscriber_keys: Iterable[SubscriberKey]
    ) -> dict[SubscriberKey, dict[str, Any]]:
        """Read the registers of different subscribers, as stored, one request for each hundred."""
        found: dict[SubscriberKey, dict[str, Any]] = {}
        for batch in batched(subscriber_keys, _BATCH, strict=False):
            for item in self._items(map(subscriber_owner, batch)):
                found[subscriber_key_of(item["owner"]["S"])] = item
        return found

    def create(
        self, subscriber_key: SubscriberKey, registration: Registration, now: UnixSeconds
    ) -> None:
        """Register a device; raises what ``require_room`` raises."""

        def decide(of_subscriber: Register, of_user: Register) -> tuple[Register, Register]:
            require_room(
                registration,
                of_subscriber=of_subscriber,
                of_user=of_user,
                limits=self._limits,
                now=now,
            )
            return of_subscriber.with_(registration, now), of_user.with_(registration, now)

        self._change(subscriber_key, registration.user, decide, now)

    def refresh(
        self, actor: Actor, registration_id: str, expires_at: UnixSeconds, now: UnixSeconds
    ) -> None:
        """Move the expiry of an active registration of this actor. Raises ``NotFound``."""

        def decide(of_subscriber: Register, of_user: Register) -> tuple[Register, Register]:
            refreshed = of_subscriber.find(registration_id, actor, now).until(expires_at)
            return of_subscriber.with_(refreshed, now), of_user.with_(refreshed, now)

        self._change(*_owners(actor), decide, now)

    def delete(self, actor: Actor, registration_id: str, now: UnixSeconds) -> None:
        """End an active registration of this actor. Raises ``NotFound``."""

        def decide(of_subscriber: Register, of_user: Register) -> tuple[Register, Register]:
            known = of_subscriber.find(registration_id, actor, now)
            return of_subscriber.without(known, now), of_user.without(known, now)

        self._change(*_owners(actor), decide, now)

    def end_expired(self, owner: str, now: UnixSeconds) -> tuple[Ended, ...]:
        """End the expired registrations in a subscriber's register; return them.

        Ends none when the register has been changed meanwhile: every change ends what has expired.
        """
        before = self._read(owner)
        after = before.without_expired(now)
        if not after.just_ended:
            return ()
        try:
            with unavailable_on_failure():
                self._client.put_item(**self._put(before, after, new_write_id(), now))
        except (self._refused, self._conflict):
            return ()
        return tuple(after.just_ended)

    def require_active(
        self, subscriber_key: SubscriberKey, registration_ids: Iterable[str], now: UnixSeconds
    ) -> dict[str, Any]:
        """Return the condition, for a transaction, that one of these registrations is active."""
        names = {f"#{place}": known for place, known in enumerate(sorted(registration_ids))}
        clauses = (f"registrations.{name}.expiresAt > :now" for name in names)
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": {"owner": {"S": subscriber_owner(subscriber_key)}},
                "ConditionExpression": " OR ".join(clauses),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
            }
        }

    def _change(
        self, subscriber_key: SubscriberKey, user: UserKey, decide: Decision, now: UnixSeconds
    ) -> None:
        """Write both registers as ``decide`` says, if their versions are unchanged; else retry."""
        write_id = new_write_id()

        def attempt() -> None:
            before = self._read_all(subscriber_owner(subscriber_key), user_owner(user))
            pairs = zip(before, decide(*before), strict=True)
            puts = [{"Put": self._put(before, then, write_id, now)} for before, then in pairs]
            with unavailable_on_failure():
                self._client.transact_write_items(
                    TransactItems=cast("Any", puts), ClientRequestToken=uuid4().hex
                )

        retry_on(attempt, self._cancelled)

    def _read(self, owner: str) -> Register:
        with unavailable_on_failure():
            answer = self._client.get_item(
                TableName=self._table, Key={"owner": {"S": owner}}, ConsistentRead=True
            )
        return register_from(owner, answer.get("Item"))

    def _read_all(self, *owners: str) -> list[Register]:
        found = {item["owner"]["S"]: item for item in self._items(owners)}
        return [register_from(owner, found.get(owner)) for owner in owners]

    def _items(self, owners: Iterable[str]) -> list[dict[str, Any]]:
        keys = ({"owner": {"S": owner}} for owner in owners)
        return read_batch(self._client, self._table, keys)

    def _put(
        self, before: Register, after: Register, write_id: str, now: UnixSeconds
    ) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": register_item(after, write_id, now),
            **if_still(before.version, write_id),
        }


def _owners(actor: Actor) -> tuple[SubscriberKey, UserKey]:
    """Return the keys of an actor's two registers."""
    return actor.subscriber_key or SubscriberKey(""), actor.user or UserKey("")


@cache
def registration_store() -> RegistrationStore:
    """Return the process's store, as the environment configures it."""
    return RegistrationStore(dynamodb_client(), registrations_table(), limits())
