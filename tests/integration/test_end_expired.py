"""What the sweeps of registrations and of subscriptions have in common."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from aws.stale_index import SHARDS_SEARCHED
from camara.errors import Unavailable
from tests.support.builders import ALICE, BOB, NOW
from tests.support.devices import register
from tests.support.emf import metrics_in
from tests.support.faulty_dynamodb import FaultyDynamoDB, client_error, throttle
from tests.support.messaging import subscribe
from tests.support.on_moto import FakeClock
from tests.support.sweep import end_expired_registrations, end_expired_subscriptions

HOUR = 3600


class Sweep(NamedTuple):
    """How one subscriber gets something that expires, how it ends, and the request that ends it."""

    begin: Callable[[str], Any]
    end_expired: Callable[..., dict[str, Any]]
    write: str


SWEEPS = {
    "registrations": Sweep(
        lambda subscriber: register(subscriber, 2, expires_at=NOW + HOUR),
        end_expired_registrations,
        "PutItem",
    ),
    "subscriptions": Sweep(
        lambda subscriber: subscribe(subscriber=subscriber, ends_at=NOW + HOUR),
        end_expired_subscriptions,
        "TransactWriteItems",
    ),
}
every_sweep = pytest.mark.parametrize("sweep", SWEEPS.values(), ids=SWEEPS)


def found(so_many: int, *, ended: int = 0, left: int = 0) -> dict[str, int]:
    return {"found": so_many, "ended": ended, "left": left, "lagSeconds": 0}


@every_sweep
def test_what_has_not_expired_costs_nothing(
    sweep: Sweep, clock: FakeClock, requests: list[tuple[str, dict[str, Any]]]
) -> None:
    sweep.begin(ALICE)
    clock.now += HOUR - 1
    requests.clear()

    assert sweep.end_expired() == found(0)
    assert [name for name, _ in requests] == ["Query"] * SHARDS_SEARCHED


@every_sweep
def test_what_there_is_no_time_for_is_left_for_the_next(
    sweep: Sweep, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    for subscriber in (ALICE, BOB):
        sweep.begin(subscriber)
    clock.now += HOUR

    assert sweep.end_expired(looks=0) == found(2, left=2)
    counted = {metric.name: metric.value for metric in metrics_in(capsys.readouterr().out)}
    assert counted == {"SweepFound": 2, "SweepEnded": 0, "SweepLeft": 2, "SweepLag": 0}
    assert sweep.end_expired()["ended"] == 2


@every_sweep
def test_no_sweep_without_the_index(sweep: Sweep, dynamo: FaultyDynamoDB) -> None:
    dynamo.fail(client_error("InternalServerError"))

    with pytest.raises(Unavailable):
        sweep.end_expired()


@every_sweep
def test_throttling_loses_nothing(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    for subscriber in (ALICE, BOB):
        sweep.begin(subscriber)
    clock.now += HOUR
    with monkeypatch.context() as meanwhile:
        throttle(meanwhile, sweep.write, every=2)

        assert sweep.end_expired() == found(2, ended=1, left=1)

    assert sweep.end_expired() == found(1, ended=1)
