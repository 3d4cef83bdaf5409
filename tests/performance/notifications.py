"""How soon subscribers hear that a call has ended, and what it takes, on the embedded stack.

From the moment that DELETE is answered to the POST at the sink. All of it, the emulator of AWS, the
functions and the webhook, shares this machine: what AWS takes for a stream, a queue and a function
is not in these figures, and what the emulator takes is.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from statistics import median, quantiles

from infra.local.settings import Settings
from infra.local.stack import running
from infra.local.webhook import Delivery, Webhook, serving
from tests.performance.bystander import measure as bystander
from tests.performance.result import Result
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.subscriber import Line, Subscriber

_CALLS = 50
_PAIRS = 20
_CALLS_OF_A_PAIR = 50
_THREADS = 8
_SECONDS = 30
_FLOOD_SECONDS = 600
_STATUS = "session-status"


def measure() -> Iterator[Result]:
    """Bring the stack up, unless it is; measure single calls, a bystander's, a thousand at once."""
    settings = Settings.from_environment()
    for timeout in ("RingTimeoutSeconds", "SetupTimeoutSeconds"):
        # No sweep is to end what rings until all calls have been placed.
        settings = settings.with_default(timeout, "3600")
    with running(settings) as stack, serving() as webhook:
        api = EmbeddedApi(stack)
        try:
            yield from _single(api, webhook)
            yield from bystander(api, webhook)
            yield _flood(api, webhook)
        finally:
            api.close()


def _single(api: EmbeddedApi, webhook: Webhook) -> Iterator[Result]:
    line = _subscribed_pair(api, webhook, 0)
    sinks = [party.number for party in (line.alice, line.bob)]
    delays = list[float]()
    for call in range(_CALLS):
        line.alice.delete(line.call())
        answered = time.time()
        _await(webhook, sinks, call + 1, _SECONDS)
        if call:  # the first waits for functions to start
            delays += [webhook.taken(sink)[-1].at - answered for sink in sinks]
    millis = [delay * 1000 for delay in delays]
    yield Result(
        name="notifications.median",
        what="from DELETE's 204 to the POST at a sink, median",
        unit="ms",
        value=median(millis),
        samples={"value": millis},
        notes=[f"{len(millis)} notifications, both parties of {_CALLS - 1} calls; an emulator"],
    )
    yield Result(
        name="notifications.p95",
        what="  19 of 20 within",
        unit="ms",
        value=quantiles(millis, n=20)[-1],
        samples={"value": millis},
    )


def _flood(api: EmbeddedApi, webhook: Webhook) -> Result:
    lines = [_subscribed_pair(api, webhook, pair) for pair in range(1, _PAIRS + 1)]
    sinks = [party.number for line in lines for party in (line.alice, line.bob)]
    places = [line for line in lines for _ in range(_CALLS_OF_A_PAIR)]
    with ThreadPoolExecutor(_THREADS) as pool:
        calls = list(pool.map(lambda line: line.call("Ringing"), places))
        _await_calls(webhook, sinks, "Ringing")
        began = time.time()
        ended = pool.map(lambda line, call: line.alice.delete(call).status, places, calls)
        refused = sum(status != 204 for status in ended)
    _await_calls(webhook, sinks, "SessionCancelled")
    heard = [webhook.taken(sink) for sink in sinks]
    last = max(delivery.at for taken in heard for delivery in taken)
    told = {delivery.event["id"] for taken in heard for delivery in taken}
    return Result(
        name="notifications.flood",
        what=f"{len(calls):,} calls ended at once: until the last of {2 * len(calls):,} POSTs",
        unit="s",
        value=last - began,
        notes=[
            f"{refused} DELETEs refused, {sum(map(_twice, heard))} notifications twice",
            f"{sum(map(_out_of_order, heard))} out of order",
            f"{4 * len(calls) - len(told)} left out, of calls that had changed again meanwhile",
        ],
    )


def _subscribed_pair(api: EmbeddedApi, webhook: Webhook, pair: int) -> Line:
    """Two people with a phone each, notified at the sinks that have their numbers as names."""
    run = int(time.time()) % 10_000
    alice, bob = (Subscriber(api, f"+1{run:04}{pair:03}{end}000").with_device() for end in (1, 2))
    for party in (alice, bob):
        assert party.subscribe(_STATUS, webhook.sink(party.number)).status == 201
    return Line(alice, bob)


def _await(webhook: Webhook, sinks: list[str], count: int, seconds: float) -> None:
    came = webhook.wait_for(
        lambda: all(len(webhook.taken(sink)) >= count for sink in sinks), seconds
    )
    assert came, f"not all notified within {seconds} s"


def _await_calls(webhook: Webhook, sinks: list[str], status: str) -> None:
    """Wait until each sink has heard this of each call; what it hears beside that may vary."""
    for sink in sinks:
        heard = partial(_has_heard, webhook, sink, f'"{status}"'.encode())
        assert webhook.wait_for(heard, _FLOOD_SECONDS), f"{sink}: not all {status}"


def _has_heard(webhook: Webhook, sink: str, status: bytes) -> bool:
    """Tell whether it has heard it of all; asked at each POST, so the texts are searched first."""
    told = [delivery for delivery in webhook.taken(sink) if status in delivery.body]
    return (
        len(told) >= _CALLS_OF_A_PAIR
        and len({delivery.event["data"]["mediaSessionId"] for delivery in told}) >= _CALLS_OF_A_PAIR
    )


def _twice(taken: Sequence[Delivery]) -> int:
    ids = Counter(delivery.event["id"] for delivery in taken)
    return sum(count - 1 for count in ids.values())


def _out_of_order(taken: Sequence[Delivery]) -> int:
    """Count the notifications of a call that come after a later one of the same call."""
    of_calls = dict[str, list[int]]()
    for delivery in taken:
        data = delivery.event["data"]
        of_calls.setdefault(data["mediaSessionId"], []).append(data["sequenceNumber"])
    return sum(
        later < earlier for numbers in of_calls.values() for earlier, later in pairwise(numbers)
    )
