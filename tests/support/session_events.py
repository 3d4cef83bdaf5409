"""PublishEvents and PublishToSessionsBus on records of a stream, and what has been told."""

from typing import Any

from camara.scope import EventType
from notifications import publish_events, publish_to_sessions_bus
from tests.support.builders import BOB
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import Message, taken_from
from tests.support.streams import Record, meant_for

BOBS: dict[str, Any] = {"subscriber": BOB}
INVITATION = BOBS | {"type": EventType.SESSION_INVITATION}
ANSWERED = {"status": "Connected", "answer": {"sdp": "v=0 answer"}}
FUNCTION = "PublishEvents"
BUS_FUNCTION = "PublishToSessionsBus"


def publish(records: list[Record], seconds: float = 60) -> list[str]:
    """Have what subscribers are told queued, in so many seconds; return what is to come again."""
    event = {"Records": meant_for(FUNCTION, records)}
    if not event["Records"]:
        return []
    answer = publish_events.handler(event, a_lambda_context(seconds))
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def tell_the_bus(records: list[Record], seconds: float = 60) -> list[str]:
    """Have the bus told, in so many seconds; return what is to come again."""
    event = {"Records": meant_for(BUS_FUNCTION, records)}
    answer = publish_to_sessions_bus.handler(event, a_lambda_context(seconds))
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def numbers(records: list[Record]) -> list[str]:
    """Return the sequence numbers of those that the functions are to have."""
    return [record["dynamodb"]["SequenceNumber"] for record in meant_for(FUNCTION, records)]


def all_told(queue: str) -> list[tuple[str, str, int, str]]:
    """Take what is queued: ``told`` of each notification."""
    return [told(message) for message in taken_from(queue)]


def told(message: Message) -> tuple[str, str, int, str]:
    """Return a notification's subscription, status, sequence number and reason."""
    data = message["data"]
    return message["subscription_id"], data["status"], data["sequenceNumber"], data["reason"]
