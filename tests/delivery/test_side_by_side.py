"""Healthy sinks beside dead, slow and hostile ones: each change, once, in order, without a wait.

Each sink is that of another device: one that is slow keeps its own device waiting, and nobody else.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from notifications import catch_up, delivery, probe_sink
from notifications.subscription import Subscription
from tests.support.api import a_call, put
from tests.support.builders import BOB, a_registration
from tests.support.devices import register
from tests.support.evidence import now_of, states_at
from tests.support.lambda_poller import Poller
from tests.support.lambda_pool import polling
from tests.support.messaging import subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import publish
from tests.support.streams import Stream
from tests.support.webhook import (
    HOST,
    Behaviour,
    Webhook,
    answer,
    drip_head,
    endless_head,
    hang,
    interim_answers,
    late,
    raw,
)

CHANGES = 30
MEGABYTES = b"x" * 10_000_000

FAILING: dict[str, Behaviour] = {
    "hangs": hang,
    "drips": drip_head,
    "answers too late": late(30),
    "has no end of headers": endless_head,
    "has a long header": raw(b"HTTP/1.1 204 No Content\r\nX-Long: " + MEGABYTES + b"\r\n\r\n"),
    "has no end of interim answers": interim_answers,
}
WORKING: dict[str, Behaviour] = {
    "healthy": answer(204),
    "slow": late(0.05),
    "talkative": answer(200, MEGABYTES),
}


class Sinks:
    """Receivers, and for each a subscription of a device of Bob's, another one if not said."""

    def __init__(self, open_until_the_end: ExitStack) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.webhooks: dict[str, Webhook] = {}
        self._stack = open_until_the_end

    def add(self, name: str, behaviour: Behaviour, device: int | None = None) -> Webhook:
        webhook = self._stack.enter_context(Webhook().serving())
        webhook.always(behaviour)
        self.webhooks[name] = webhook
        self._subscribe(name, webhook.url, device)
        return webhook

    def add_dead(self, name: str) -> None:
        # Bound, and so nobody else's, but nobody listens.
        nobody = self._stack.enter_context(socket.socket())
        nobody.bind((HOST, 0))
        self._subscribe(name, f"http://{HOST}:{nobody.getsockname()[1]}/hook", None)

    def _subscribe(self, name: str, url: str, device: int | None) -> None:
        number = len(self.subscriptions) + 1
        if device is None and number > 1:
            register(BOB, number)
        of = a_registration(BOB, device or number)
        self.subscriptions[name] = subscribe(number, subscriber=BOB, of=of, sink=url)


@pytest.fixture
def sinks(messaging: Messaging, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sinks]:
    del messaging
    for limit in ("REGISTRATIONS_PER_NUMBER", "REGISTRATIONS_PER_USER", "DEVICES_PER_USER"):
        monkeypatch.setenv(f"MAX_{limit}", "20")
    with ExitStack() as open_until_the_end:
        yield Sinks(open_until_the_end)


def change_a_call(stream: Stream) -> str:
    """Have a call seen as many changes as there may be at once, and publish all of them."""
    call = a_call("Initial")
    for number in range(CHANGES):
        location = {"method": "GPS", "timestamp": f"2026-01-02T03:04:{number:02}Z"}
        body = {"status": "Ringing", "locationDetails": location}
        assert put(BOB, call, body).status == 200
    assert publish(stream.records()) == []
    return call


def numbers_at(webhook: Webhook) -> list[int]:
    return [received.event["data"]["sequenceNumber"] for received in webhook.received]


def test_each_hears_what_it_takes_and_who_fails_is_asked_once_at_a_time(
    poller: Poller,
    prober: Poller,
    session_stream: Stream,
    sinks: Sinks,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "SINK_SECONDS", 0.5)
    # Probes come when a second has passed on the tests' clock, and not before.
    for module in (delivery, probe_sink):
        monkeypatch.setattr(module, "delay_seconds", lambda _: 1)
    monkeypatch.setattr(catch_up, "SECOND_LOOK_SECONDS", 0)
    for name, behaviour in (FAILING | WORKING).items():
        sinks.add(name, behaviour)
    healthy = sinks.webhooks["healthy"]
    sinks.add("redirects", answer(307, Location=f"http://{HOST}:{healthy.port}/secret"))
    sinks.add_dead("dead")
    failing = {name: known for name, known in sinks.subscriptions.items() if name not in WORKING}
    asked = [sinks.webhooks[name] for name in failing if name in sinks.webhooks]
    change_a_call(session_stream)

    # More of them hang than there is room for: each takes it once.
    with polling((poller, 2), (prober, 2)):
        for name in WORKING:
            sinks.webhooks[name].wait_for(CHANGES, 60)
        # What was sent to all at once has found each of these failing at its first change.
        for known in failing.values():
            assert now_of(known).failures == 1
        assert [len(webhook.received) for webhook in asked] == [1] * len(asked)
        clock.now += 1
        for webhook in asked:
            webhook.wait_for(2, 60)
            webhook.always(answer(204))
        clock.now += 1
        for webhook in asked:
            webhook.wait_for(3, 60)

    for name in WORKING:
        assert numbers_at(sinks.webhooks[name]) == list(range(2, CHANGES + 2)), name
    # Who works again is told the state of the call, and no more.
    for webhook in asked:
        assert numbers_at(webhook) == [2, CHANGES + 1, CHANGES + 1]
    assert {each.target for each in healthy.received} == {"/hook"}


@pytest.mark.parametrize("devices", [1, 3])
def test_a_sink_that_takes_them_waits_for_no_device_whose_sinks_hang(
    poller: Poller,
    session_stream: Stream,
    sinks: Sinks,
    monkeypatch: pytest.MonkeyPatch,
    devices: int,
) -> None:
    # Nobody gives up before the healthy one has heard all: whoever waits for them waits in vain.
    monkeypatch.setattr(delivery, "SINK_SECONDS", 60)
    healthy = sinks.add("healthy", answer(204))
    first = sinks.add("hangs", hang)
    device = 2 if devices == 1 else None
    hanging = [first, *(sinks.add(f"hangs-{number}", hang, device) for number in (2, 3))]
    call = change_a_call(session_stream)

    # There is one place more than devices that hang.
    with polling((poller, devices + 1)):
        healthy.wait_for(CHANGES, 60)
        told = states_at(healthy)
        failures = {now_of(known).failures for known in sinks.subscriptions.values()}
        asked = sum(len(webhook.received) for webhook in hanging)
        for webhook in hanging:
            webhook.closing.set()

    assert told == [(call, "Ringing")] * CHANGES
    assert (failures, asked) == ({0}, devices)
