"""EndSessionsOfRegistration: ends the calls of devices that are no longer registered.

A reader of the stream of the table of registrations. It handles each ended registration at least
once, and is idempotent: a session ends once. Source: AWS, "Using Lambda with DynamoDB"; ADR 5.
"""

from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import clock, log, metrics
from aws.batch import change_in, process_in_order, report_failure
from aws.dynamodb import dynamodb_client
from aws.sweep import Sweep, time_left
from call_handling.devices import (
    held_among,
    held_by_none_but,
    may_be_held_by,
    sessions_placed_by,
    sessions_received_by,
)
from call_handling.legs import SLOWEST_REQUEST_SECONDS
from call_handling.session_ender import LeftAlone, Transition, session_ender
from call_handling.settings import sessions_table, timeouts
from call_handling.sweep_report import report_sweep
from camara.errors import Unavailable
from camara.identity import SubscriberKey
from registration.item import register_from, subscriber_key_of
from registration.register import Ended
from registration.store import registration_store


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the first record that failed: Lambda sends it again, and all after it."""
    log.begin_invocation(context)

    def end_sessions(record: DynamoDBRecord) -> None:
        change = change_in(record)
        owner = change["Keys"]["owner"]["S"]
        try:
            for ended in register_from(owner, change.get("NewImage")).just_ended:
                _end_sessions_of(subscriber_key_of(owner), ended, context)
        except Exception as error:
            report_failure("EndSessionsOfRegistration", error, stream="registrations")
            raise

    return process_in_order(EventType.DynamoDBStreams, event, end_sessions)


def _end_sessions_of(subscriber_key: SubscriberKey, ended: Ended, context: LambdaContext) -> None:
    """End the calls that the device held. Raises ``Unavailable`` when time was up before the last.

    Then the record comes again. Calls that are over cost no write, so each time fewer are left.
    """
    gone, client, table = ended.registration, dynamodb_client(), sessions_table()
    has_time = time_left(context)
    left = registration_store().of_subscriber(subscriber_key).active(clock.now())
    held = held_by_none_but(gone, left)
    placed = frozenset(sessions_placed_by(client, table, gone.registration_id))
    # A call that was placed earlier than this had stopped ringing when the device registered.
    rings = max(timeouts().ring, timeouts().setup) + SLOWEST_REQUEST_SECONDS
    received = sessions_received_by(
        client, table, subscriber_key, gone.made_at - rings, ended.at + SLOWEST_REQUEST_SECONDS
    )

    def end(media_session_id: str) -> Transition | LeftAlone:
        return session_ender().by_network(
            media_session_id,
            f"registration {ended.reason}",
            clock.now(),
            only_if=None if media_session_id in placed else held,
        )

    sweep = Sweep(end, has_time, count_left_up_to=1)
    may_be_held = may_be_held_by(gone, left)
    try:
        sweep.run(held_among(client, table, chain(placed, received), may_be_held, has_time))
    finally:
        numbers = report_sweep(sweep, "EndSessionsOfRegistration")
    if sweep.left:
        raise Unavailable
    metrics.count("RegistrationEnded", reason=ended.reason)
    facts: dict[str, Any] = {
        "registrationId": gone.registration_id,
        "reason": ended.reason,
        **numbers,
    }
    log.logger().info("EndSessionsOfRegistration", **facts)


register_before_snapshot(session_ender)
register_before_snapshot(registration_store)
