"""All that has to do with a sink, as a value: what is stored, queued, running, and was heard."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from aws import clock
from camara.identity import derive_subscriber_key
from notifications.audience import Audience
from notifications.item import audience_item, subscription_item
from notifications.session_change import SessionChange
from notifications.session_notification import session_notification
from notifications.subscription import Subscription
from registration.item import register_item, subscriber_owner
from registration.register import Register
from tests.support.builders import ALICE, BOB, NOW, a_registration
from tests.support.call_stories import Story
from tests.support.modelled_dynamodb import Row, Rows, a_row, parsed
from tests.support.modelled_sqs import Message, Queue
from tests.support.replayed import Invocation
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE

STATE, RINGS, MARK, ENDED = "state ", "rings ", "mark ", "ended "
"""Facts: a call's state, that it rings, a sink is marked, a subscription has ended; with an id."""

QUEUES = ("fifo", "probes")
MATTERS_TO = {STATE: ("probes",), RINGS: QUEUES, MARK: ("stream",), ENDED: QUEUES}
"""Kinds of sources: what is run by these looks at the fact."""


class Heard(NamedTuple):
    """What a sink has taken: of which change of which call, if of a call."""

    subscription: str
    event: str
    type: str
    call: str
    version: int
    status: str
    after_failure: bool
    """Whether the sink had failed before."""

    @classmethod
    def of(cls, body: str, failed: frozenset[str]) -> Self:
        """Read a notification, as it was sent."""
        event = parsed(body)
        data = event["data"]
        return cls(
            subscription=data["subscriptionId"],
            event=event["id"],
            type=event["type"],
            call=data.get("mediaSessionId", ""),
            version=data.get("sequenceNumber", 0),
            status=data.get("status", ""),
            after_failure=data["subscriptionId"] in failed,
        )


class Source(NamedTuple):
    """What has a function run, and what comes again if it fails.

    A message, received so ``many`` times, or so many records of a shard of a stream.
    """

    kind: str
    name: str = ""
    shard: int = 0
    many: int = 0


class Running(NamedTuple):
    """A function at work; ``told`` are the events that its sink has taken from it.

    It has queued a probe of the sinks of ``probed``, and is ``unaware`` of what has changed since
    it last looked.
    """

    invocation: Invocation
    source: Source
    told: tuple[str, ...] = ()
    probed: frozenset[str] = frozenset()
    unaware: frozenset[str] = frozenset()
    later: int = 0
    """When its message is to come again, if it says so."""

    @property
    def word(self) -> str:
        """What it is doing."""
        return self.invocation.function


class World(NamedTuple):
    """``versions``: how far each call is. ``shown``: the calls that the indexes have.

    ``streams`` hold records that are not published yet, the last one those of subscriptions;
    ``clients`` are to do something, in turn. So many ``failures``, ``crashes``, ``repeats`` of a
    batch, ``losses`` of an answer to a write, which the SDK then asks for again, and ``waits`` for
    half a minute may come yet.

    The sinks of ``failed`` have been marked, now or before. ``excused`` is what was told by those
    that were stopped, ``doubled`` whose probe they may have queued twice. The sinks of ``deaf``
    have failed to take that their subscription has ended. Transactions that are ``done`` (their
    tokens) may be asked for again.
    """

    now: int
    rows: Rows
    versions: tuple[int, ...]
    shown: frozenset[str]
    streams: tuple[tuple[str, ...], ...]
    clients: tuple[str, ...]
    failures: int
    crashes: int
    repeats: int
    losses: int
    waits: int
    fifo: Queue = Queue(is_fifo=True)
    probes: Queue = Queue(is_fifo=False)
    running: tuple[Running, ...] = ()
    heard: tuple[Heard, ...] = ()
    failed: frozenset[str] = frozenset()
    excused: tuple[str, ...] = ()
    doubled: frozenset[str] = frozenset()
    deaf: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scenario:
    """What may happen: the calls, who listens, what clients do, and how much goes wrong.

    If the sinks are ``marked`` at first, they have failed to take what was last of the first call.
    Calls share a shard of the stream, or have one each; they change at any time, or ``in_turn``,
    once all changes before are published. Of those that a sink has missed so many are told at once.
    """

    stories: tuple[Story, ...]
    subscriptions: tuple[Subscription, ...]
    clients: tuple[str, ...] = ()
    failures: int = 0
    crashes: int = 0
    repeats: int = 0
    losses: int = 0
    waits: int = 0
    marked: bool = False
    one_shard: bool = False
    in_turn: bool = False
    told_at_once: int = 10

    @cached_property
    def calls(self) -> dict[str, Story]:
        """The calls, by their ids."""
        return {story.id: story for story in self.stories}

    def shard_of(self, story: int) -> int:
        """Return which stream tells of a call."""
        return 0 if self.one_shard else story

    def words_of(self, heard: Heard) -> str:
        """Say what was heard."""
        kind = heard.type.rpartition(".")[2]
        return f"{self.calls[heard.call].name} {heard.version} {kind}" if heard.call else kind

    def beginning(self) -> World:
        """Return the world before anything happens; with a sink that is to fail at once."""
        shards = 1 if self.one_shard else len(self.stories)
        return World(
            now=NOW,
            rows=self._rows(),
            fifo=self._queue(),
            versions=tuple(story.known for story in self.stories),
            shown=frozenset(story.id for story in self.stories if story.shown),
            streams=((),) * (shards + 1),
            clients=self.clients,
            failures=self.failures + (len(self.subscriptions) if self.marked else 0),
            crashes=self.crashes,
            repeats=self.repeats,
            losses=self.losses,
            waits=self.waits,
        )

    def _queue(self) -> Queue:
        """Return what makes the first sinks fail."""
        queue, story = Queue(is_fifo=True), self.stories[0]
        if not self.marked:
            return queue
        change = SessionChange.now(story.items[story.known - 1])
        for each in self.subscriptions:
            told = session_notification(each, each.type, change, clock.rfc3339(NOW))
            message = Message(told.event_id, told.to_json(), told.device, NOW)
            queue = queue.send(message, NOW)
        return queue

    def _rows(self) -> Rows:
        rows: list[Row] = []
        for subscriber in (ALICE, BOB):
            owner = subscriber_owner(derive_subscriber_key(subscriber))
            register = Register(owner).with_(a_registration(subscriber), NOW)
            rows.append(a_row(REGISTRATIONS, register_item(register, "first", NOW)))
        audiences: dict[str, Audience] = {}
        for each in self.subscriptions:
            rows.append(a_row(SUBSCRIPTIONS, subscription_item(each)))
            audience = audiences.get(each.subscriber_key, Audience(each.subscriber_key))
            audiences[each.subscriber_key] = audience.after(each, NOW)
        rows += [a_row(SUBSCRIPTIONS, audience_item(each, NOW)) for each in audiences.values()]
        for story in self.stories:
            rows += [a_row(TABLE, item) for item in story.media]
            rows += [a_row(TABLE, item) for item in story.items[: story.known][-1:]]
        return tuple(sorted(rows))
