"""How long a sink that works waits beside fifty that do not, and what those cost.

Half of them refuse the connection, half take it and never answer. Twenty times, a second apart, a
change of a call of each of them is published, a thousand changes, and then, in a batch of its own,
one that the sink that works is told of. Its wait is from its record in the stream to the POST: what
a batch takes is measured by ``publishing_rate``, and moto takes many times that. The functions are
the real ones (``notified_sinks``), and no more of them work at once than said; the emulator of the
embedded stack would tell one sink after the other. All of it shares this machine.

Then the clock is put forward from probe to probe, and what a sink may take cut short, until all is
tried that the dead ones are owed. In the usual way, the former one, each message is tried twelve
times.
"""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import NamedTuple

from infra.local.webhook import Webhook, serving
from notifications.subscription import ATTEMPTS, TerminationReason
from tests.performance.notified_sinks import NotifiedSinks, notified_sinks
from tests.performance.result import Budget, Result, of_medians
from tests.performance.ringing_calls import Line
from tests.support.tarpit import tarpit
from tests.support.template import template

_DEAD = 50
_CHANGES_OF_EACH = 20
_FIRST_CHANGES = 4
"""In which the longest wait is."""
_SECONDS_BETWEEN = 1
_QUIET_SECONDS_BETWEEN = 0.1
_FEW = 20
"""Invocations at once: fewer than there are sinks that never answer."""
_SECONDS = 30
_SINK = "works"


class _Spent(NamedTuple):
    """On the dead ones, in all."""

    posts: int
    messages: int
    invocations: int


class _Waited(NamedTuple):
    """How long the sink that works has waited, in milliseconds, and beside which others."""

    quiet: list[float]
    busy: list[float]
    sinks: NotifiedSinks
    broken: list[Line]


def measure() -> Iterator[Result]:
    """Wait with few invocations at once, and with as many as by default."""
    changes = _DEAD * _CHANGES_OF_EACH
    with _waited(_FEW, _CHANGES_OF_EACH) as few:
        spent = _spent(few)
    default = _default("NotificationsConcurrency")
    with _waited(default, _FIRST_CHANGES) as many:
        pass
    quiet = median(few.quiet)
    yield of_medians(
        "dead-sinks.wait",
        f"wait of a sink that works, beside {_DEAD} that do not and {changes:,} changes",
        "ms",
        {"floor": few.quiet, "value": few.busy},
        Budget(round(max(1.5 * quiet, quiet + 250))),
        [
            f"medians; floor: nobody else is told; {_FEW} invocations at once",
            "budget: 1.5 x floor, or 250 ms more",
        ],
    )
    for waited, concurrency in ((few, _FEW), (many, default)):
        yield Result(
            name=f"dead-sinks.longest.{concurrency}",
            what=f"  the longest, as all of them break at once, {concurrency} invocations at once",
            unit="ms",
            floor=max(waited.quiet),
            value=max(waited.busy),
            samples={"floor": waited.quiet, "value": waited.busy},
        )
    ends = "until their subscriptions have ended, which is an hour later"
    for name, what, unit, former in (
        ("posts", f"POSTs to the {_DEAD} that do not work, {changes:,} changes", "POSTs", ATTEMPTS),
        ("messages", "  messages", "messages", 1),
        ("invocations", "  invocations", "invocations", ATTEMPTS),
    ):
        yield Result(
            name=f"dead-sinks.{name}",
            what=what,
            unit=unit,
            usual=former * changes,
            value=getattr(spent, name),
            notes=[ends] if name == "posts" else [],
        )


@contextmanager
def _waited(concurrency: int, changes: int) -> Iterator[_Waited]:
    """Yield the waits for so many changes, while the functions are still at work."""
    probes = _default("ProbesConcurrency")
    with (
        serving() as webhook,
        _dead_sinks() as dead,
        notified_sinks(concurrency, min(concurrency, probes)) as sinks,
    ):
        healthy = Line.of(_DEAD, sink=webhook.sink(_SINK))
        broken = [Line.of(place, sink=sink) for place, sink in enumerate(dead)]
        for line in (healthy, *broken):
            sinks.add(line)
        quiet = _waits(sinks, webhook, healthy, [], changes)
        busy = _waits(sinks, webhook, healthy, broken, changes)
        yield _Waited(quiet, busy, sinks, broken)


def _waits(
    sinks: NotifiedSinks, webhook: Webhook, healthy: Line, broken: Sequence[Line], changes: int
) -> list[float]:
    """Publish changes at a steady pace; return how long the sink that works waited for each."""
    heard = len(webhook.taken(_SINK))
    began = list[float]()
    for number in range(changes):
        next_at = time.time() + (_SECONDS_BETWEEN if broken else _QUIET_SECONDS_BETWEEN)
        if broken:
            sinks.change(broken, 2 + number)
        began.append(time.time())
        sinks.change([healthy], 2 + heard + number)
        time.sleep(max(0, next_at - time.time()))
    assert webhook.wait_for(lambda: len(webhook.taken(_SINK)) == heard + len(began), _SECONDS)
    told = webhook.taken(_SINK)[heard:]
    return [(post.at - start) * 1000 for post, start in zip(told, began, strict=True)]


def _spent(waited: _Waited) -> _Spent:
    """Let all be tried that is owed to the dead ones; return what that was, without the other's."""
    sinks, healthy = waited.sinks, len(waited.quiet) + len(waited.busy)
    sinks.play_out()
    ended = [sinks.state_of(line).ended for line in waited.broken]
    assert ended == [TerminationReason.NETWORK_TERMINATED] * _DEAD, ended
    return _Spent(
        posts=len(sinks.posts) - healthy,
        messages=sinks.notifications.put_in + sinks.probes.put_in - healthy,
        invocations=sinks.notifications.received + sinks.probes.received - healthy,
    )


@contextmanager
def _dead_sinks() -> Iterator[list[str]]:
    """Keep half of the ports closed, and let the other half take connections only."""
    with ExitStack() as stack:
        sinks = list[str]()
        for _ in range(_DEAD // 2):
            closed = stack.enter_context(socket.socket())
            closed.bind(("127.0.0.1", 0))
            sinks.append(f"http://127.0.0.1:{closed.getsockname()[1]}")
            sinks.append(stack.enter_context(tarpit()))
        yield sinks


def _default(parameter: str) -> int:
    return int(template()["Parameters"][parameter]["Default"])
