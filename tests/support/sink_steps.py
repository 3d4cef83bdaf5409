"""What may come next in the world of a sink: each request, each change of a call, each mishap.

The functions are the real ones. A step is one request with its answer, the first one of a function
together with what it was given; what is answered in one way only, whenever, is no step. A message
with a delay comes at any time after it: at the earliest it makes the time what it is then, and the
indexes show by then what was placed before it was sent.
"""

import json
from collections.abc import Iterator

import pytest

from notifications import (
    catch_up,
    deliver_notification,
    probe_sink,
    publish_events,
)
from tests.support.modelled_dynamodb import a_row, put
from tests.support.modelled_sqs import Message
from tests.support.replayed import Functions, Handlers, Invocation, Request, Result
from tests.support.sink_serving import is_settled, missing, served, time_of, unaware
from tests.support.sink_world import RINGS, STATE, Running, Scenario, Source, World
from tests.support.table import TABLE

_WAIT_SECONDS = 31
_PUBLISHES, _ENDS = "publishes", "publishes the end"
_FUNCTIONS: Handlers = {
    _PUBLISHES: publish_events.handler,
    _ENDS: publish_events.handler,
    "delivers": deliver_notification.handler,
    "probes": probe_sink.handler,
}

type Step = tuple[str, World]


class Steps:
    """The steps of a scenario; ``clients`` are what clients do, by name."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, scenario: Scenario, clients: Handlers
    ) -> None:
        self._scenario = scenario
        monkeypatch.setattr(catch_up, "TOLD_AT_ONCE", scenario.told_at_once)
        self._functions = Functions(monkeypatch, {**_FUNCTIONS, **clients})

    def start(self) -> World:
        """Return the world before anything happens, marked as the scenario has it."""
        world = self._scenario.beginning()
        while world.fifo.messages:
            steps = dict(each for each in self(world) if each[0].startswith("delivers"))
            world = next(steps[each] for each in steps if "taken" not in each)
        return world

    def __call__(self, world: World) -> Iterator[Step]:
        """Yield each step, in words, and the world after it."""
        yield from self._changes(world)
        if world.waits:
            later = world.now + _WAIT_SECONDS
            yield "half a minute passes", world._replace(now=later, waits=world.waits - 1)
        for then, running in self._begun(world):
            yield from self._goes_on(then, running)
        for running in world.running:
            others = [each for each in world.running if each is not running]
            alone = world._replace(running=tuple(others))
            yield from self._goes_on(alone, running)
            if world.crashes:
                yield f"{running.word} and crashes", self._crashed(alone, running)

    def _changes(self, world: World) -> Iterator[Step]:
        waiting = self._scenario.in_turn and any(world.streams)
        for place, story in enumerate(self._scenario.stories):
            version = world.versions[place]
            if version and story.id not in world.shown:
                yield f"{story.name} is shown", world._replace(shown=world.shown | {story.id})
            if version == len(story.statuses) or waiting:
                continue
            waiting = self._scenario.in_turn
            versions = list(world.versions)
            versions[place] += 1
            streams = list(world.streams)
            shard = self._scenario.shard_of(place)
            streams[shard] = (*streams[shard], story.record(version + 1))
            after = world._replace(
                rows=put(world.rows, a_row(TABLE, story.items[version])),
                versions=tuple(versions),
                streams=tuple(streams),
            )
            after = unaware(after, STATE, story.id)
            if not story.rings(version + 1):
                after = unaware(after, RINGS, story.id)
            yield f"{story.name} {version + 1} is {story.statuses[version]}", after

    def _begun(self, world: World) -> Iterator[tuple[World, Running]]:
        """Yield each function that may begin now, and the world without what it was given."""
        at_work = [running.source for running in world.running]
        taken = {source.shard for source in at_work if source.kind == "stream"}
        for shard, records in enumerate(world.streams):
            function = _ENDS if shard == len(world.streams) - 1 else _PUBLISHES
            for count in range(1, len(records) + 1) if shard not in taken else ():
                event = '{"Records": [' + ", ".join(records[:count]) + "]}"
                source = Source("stream", shard=shard, many=count)
                yield world, self._running(world, function, event, source)
        behind = missing(world, self._scenario)
        for message in world.fifo.to_take(behind):
            then = world._replace(fifo=world.fifo.take(message.name))
            yield self._received(then, "delivers", "fifo", message)
        for message in world.probes.to_take(behind):
            then = world._replace(probes=world.probes.take(message.name))
            yield self._received(then, "probes", "probes", message)
        if world.clients:
            then = world._replace(clients=world.clients[1:])
            yield then, self._running(world, world.clients[0], "{}", Source("client"))

    def _received(
        self, world: World, function: str, kind: str, message: Message
    ) -> tuple[World, Running]:
        world = world._replace(now=max(world.now, message.due))
        source = Source(kind, message.name, many=message.times + 1)
        return world, self._running(world, function, _event(message), source)

    def _running(self, world: World, function: str, event: str, source: Source) -> Running:
        name = f"{function} {source.name} {source.many} {source.shard}"
        return Running(Invocation(function, event, name, time_of(source, world)), source)

    def _goes_on(self, world: World, running: Running) -> Iterator[Step]:
        """Yield each way in which a function is answered; ``world`` has the others at work."""
        request = self._functions.next_of(running.invocation)
        if isinstance(request, Result):
            yield f"{running.word} nothing", self._ended(world, running, request)
            return
        for words, after, then in served(world, running, request, self._scenario):
            label = f"{running.word}: {request.operation}{words}"
            yield from self._rests(label, after, then)
            if world.losses and after.rows is not world.rows:
                at_work = tuple(sorted((*after.running, running)))
                lost = after._replace(losses=world.losses - 1, running=at_work)
                yield f"{label}, and its answer is lost", lost

    def _rests(self, label: str, world: World, running: Running) -> Iterator[Step]:
        """Yield what comes of an answer, with those that need no step of their own."""
        request = self._functions.next_of(running.invocation)
        while isinstance(request, Request) and is_settled(request):
            [(_, world, running)] = served(world, running, request, self._scenario)
            request = self._functions.next_of(running.invocation)
        if isinstance(request, Request):
            yield label, world._replace(running=tuple(sorted((*world.running, running))))
            return
        yield f"{label}, done", self._ended(world, running, request)
        if world.crashes:
            yield f"{label}, crashes", self._crashed(world, running)
        if world.repeats and running.source.kind == "stream" and request.is_done:
            yield f"{label}, to repeat", world._replace(repeats=world.repeats - 1)

    def _ended(self, world: World, running: Running, result: Result) -> World:
        kind, name, shard, many = running.source
        if not result.is_done:
            return self._comes_again(world, running)
        match kind:
            case "stream":
                streams = list(world.streams)
                streams[shard] = streams[shard][many:]
                return world._replace(streams=tuple(streams))
            case "fifo":
                return world._replace(fifo=world.fifo.remove(name))
            case "probes":
                return world._replace(probes=world.probes.remove(name))
        return world

    def _crashed(self, world: World, running: Running) -> World:
        """Return the world after a function was stopped where it was."""
        again = self._comes_again(world, running._replace(later=world.now))
        return again._replace(
            crashes=world.crashes - 1,
            excused=tuple(sorted((*world.excused, *running.told))),
            doubled=world.doubled | running.probed,
        )

    def _comes_again(self, world: World, running: Running) -> World:
        match running.source.kind:
            case "fifo":
                return world._replace(fifo=world.fifo.put_back(running.source.name, running.later))
            case "probes":
                probes = world.probes.put_back(running.source.name, running.later)
                return world._replace(probes=probes)
            case "client":
                return world._replace(clients=(running.invocation.function, *world.clients))
        return world


def _event(message: Message) -> str:
    """Return the event (JSON) in which a message is received."""
    record = {
        "messageId": message.name,
        "receiptHandle": message.name,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.times + 1)},
    }
    return json.dumps({"Records": [record]})
