"""The ways through a scenario, with the clients that may be in it: all of them, or any one."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.builders import BOB, subscription_id
from tests.support.explored import Explored, Violation, explore, require
from tests.support.sink_model import check_end
from tests.support.sink_steps import Steps
from tests.support.sink_world import Scenario
from tests.support.subscriptions_api import DAY, at, delete, put

DELETES, PUTS = "a client deletes", "a client puts"
"""What Bob's client does with his first subscription."""

_LONGEST_WAY = 1_000


def every_way(scenario: Scenario) -> Explored:
    """Go through a scenario in every way there is. Raises ``Violation``, with the shortest way."""
    with pytest.MonkeyPatch.context() as patch:
        steps = Steps(patch, scenario, _CLIENTS)
        return explore(steps.start(), steps, lambda world: check_end(world, scenario))


def one_way(scenario: Scenario, choices: Sequence[int]) -> list[str]:
    """Go through it in the way that is chosen (taken round), and return that in words."""
    way: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        steps = Steps(patch, scenario, _CLIENTS)
        world = steps.start()
        try:
            while nexts := list(steps(world)):
                require(len(way) < _LONGEST_WAY, "there is no end to it")
                label, world = nexts[choices[len(way) % len(choices)] % len(nexts)]
                way.append(label)
            check_end(world, scenario)
        except Violation as violation:
            raise violation.after(way) from violation
    return way


def _deletes(_event: Any, _context: Any) -> dict[str, int]:
    return {"status": delete(BOB, subscription_id()).status}


def _puts(_event: Any, _context: Any) -> dict[str, int]:
    config = {"subscriptionExpireTime": at(10 * DAY)}
    return {"status": put(BOB, subscription_id(), {"config": config}).status}


_CLIENTS = {DELETES: _deletes, PUTS: _puts}
