"""What a request does to the world of a sink, and what it is answered."""

from collections.abc import Iterator

from camara.scope import EventType
from notifications.item import key
from tests.support.builders import ALICE, NOW, registration_id
from tests.support.call_stories import record_of
from tests.support.modelled_dynamodb import Item, Rows, item_at, parsed, serve
from tests.support.modelled_sqs import Message
from tests.support.replayed import Answer, Request
from tests.support.sink_model import check_heard, check_queued
from tests.support.sink_world import (
    ENDED,
    MARK,
    MATTERS_TO,
    QUEUES,
    RINGS,
    STATE,
    Heard,
    Running,
    Scenario,
    Source,
    World,
)
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE

type Served = tuple[str, World, Running]
"""What is to be said of it, the world after it, and the function with its answer."""


def is_settled(request: Request) -> bool:
    """Tell whether a request is answered in one way only, whenever it is made."""
    asked = request.values
    match request.operation:
        case "GetItem":
            return bool(asked["TableName"] == REGISTRATIONS)
        case "BatchGetItem":
            return REGISTRATIONS in asked["RequestItems"]
        case "Query":
            placed = asked.get("IndexName") == "SessionsOfRegistration"
            values = asked["ExpressionAttributeValues"]
            return placed and values[":key"]["S"] != registration_id(ALICE)
        case "ChangeMessageVisibility":
            return True
    return False


def served(
    world: World, running: Running, request: Request, scenario: Scenario
) -> Iterator[Served]:
    """Yield each way in which a request may be served; ``world`` has the others at work."""
    asked = request.values
    match request.operation:
        case "Post":
            yield from _posted(world, running, asked["body"], scenario)
        case "SendMessageBatch":
            check_queued(world, running, asked["Entries"])
            queue = world.fifo
            for entry in asked["Entries"]:
                message = Message(
                    name=entry["MessageDeduplicationId"],
                    body=entry["MessageBody"],
                    group=entry["MessageGroupId"],
                    due=world.now,
                )
                queue = queue.send(message, world.now)
            yield "", world._replace(fifo=queue), _told(running, world, "{}")
        case "SendMessage":
            message = Message(
                name=asked["MessageBody"],
                body=asked["MessageBody"],
                group=asked["MessageGroupId"],
                due=world.now + asked["DelaySeconds"],
                behind=missing(world, scenario),
            )
            after = world._replace(probes=world.probes.send(message, world.now))
            yield "", *_probing(after, _told(running, world, "{}"), parsed(message.body))
        case "ChangeMessageVisibility":
            later = world.now + asked["VisibilityTimeout"]
            yield "", world, _told(running, world, "{}")._replace(later=later)
        case _:
            yield _stored(world, running, request)


def time_of(source: Source, world: World) -> int:
    """Return the time as a function knows it: for those with nothing to wait for it stands still.

    It makes no difference to them, and less of a difference between ways that meet.
    """
    return world.now if source.kind in QUEUES else NOW


def missing(world: World, scenario: Scenario) -> frozenset[str]:
    """Return the calls that were placed, and that no index shows yet."""
    placed = zip(scenario.stories, world.versions, strict=True)
    return frozenset(story.id for story, version in placed if version) - world.shown


def unaware(world: World, fact: str, subject: str) -> World:
    """Return the world in which a fact has changed, and nobody at work to whom it matters knows."""
    running = [
        each._replace(unaware=each.unaware | {fact + subject})
        if each.source.kind in MATTERS_TO[fact]
        else each
        for each in world.running
    ]
    return world._replace(running=tuple(running))


def _posted(world: World, running: Running, body: str, scenario: Scenario) -> Iterator[Served]:
    heard = Heard.of(body, world.failed)
    check_heard(world, running, heard, scenario)
    then = world._replace(heard=(*world.heard, heard))
    what = f" of {scenario.words_of(heard)}"
    told = _told(running, world, "200")
    yield f"{what} is taken", then, told._replace(told=(*running.told, heard.event))
    if world.failures:
        failed = world._replace(failures=world.failures - 1)
        if heard.type == EventType.SUBSCRIPTION_ENDED:
            failed = failed._replace(deaf=world.deaf | {heard.subscription})
        yield f"{what} fails", failed, _told(running, world, "", "NotDelivered")


def _stored(world: World, running: Running, request: Request) -> Served:
    asked = request.values
    token = asked.get("ClientRequestToken")
    if token in world.done:
        return "", world, _told(running, world, "{}")
    rows, body, error = serve(world.rows, *request, world.shown)
    after = world._replace(rows=rows)
    if token and world.losses and not error:
        after = after._replace(done=world.done | {token})
    for row in set(rows) - set(world.rows) if rows is not world.rows else ():
        if row.table == SUBSCRIPTIONS and "listeners" not in parsed(row.item):
            after = _changed(after, world.rows, *row.key)
    then = _told(running, world, body, error)
    read = {asked.get("TableName"), *asked.get("RequestItems", ())}
    if SUBSCRIPTIONS in read:
        then = _aware(then, MARK, ENDED)
    if TABLE in read and "IndexName" not in asked:
        then = _aware(then, RINGS)
    if TABLE in asked.get("RequestItems", ()):
        then = _aware(then, STATE)
    return " is refused" if error else "", after, then


def _changed(world: World, before: Rows, number: str, subscription_id: str) -> World:
    """Return the world with what follows from a write of a subscription."""
    old = item_at(before, SUBSCRIPTIONS, number, subscription_id)
    new = item_at(world.rows, SUBSCRIPTIONS, number, subscription_id)
    assert old is not None
    assert new is not None
    if ("failingSince" in old) != ("failingSince" in new):
        world = unaware(world, MARK, subscription_id)
        world = world._replace(failed=world.failed | {subscription_id})
    if "terminationReason" in new and "terminationReason" not in old:
        world = unaware(world, ENDED, subscription_id)
        record = record_of("end", key(number, subscription_id), old, new)
        ends = (*world.streams[-1], record)
        world = world._replace(streams=(*world.streams[:-1], ends))
    return world


def _probing(world: World, running: Running, body: Item) -> tuple[World, Running]:
    """Return both with what may come of it that a sink is probed: that it is, twice."""
    if "event_id" not in body:
        return world, running
    sink = frozenset({body["subscription_id"]})
    if running.source.many > 1:
        world = world._replace(doubled=world.doubled | sink)
    return world, running._replace(probed=running.probed | sink)


def _told(running: Running, world: World, body: str, error: str = "") -> Running:
    """Return a function with its answer."""
    known = running.invocation
    answers = (*known.answers, Answer(time_of(running.source, world), body, error))
    return running._replace(invocation=known._replace(answers=answers))


def _aware(running: Running, *kinds: str) -> Running:
    facts = [fact for fact in running.unaware if not fact.startswith(kinds)]
    return running._replace(unaware=frozenset(facts))
