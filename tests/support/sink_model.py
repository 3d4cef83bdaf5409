"""What a sink must have heard, and must never hear, of whatever happens: the reference model.

Each change once and in order, while nothing fails. After a failure the latest state of each call,
once; what was told before may be repeated once, and what was told by a function that then crashed.
"""

from typing import Any

from camara.scope import EventType
from notifications.audience import Listener
from notifications.item import audience_from, audience_key, subscription_from
from notifications.subscription import Subscription
from tests.support.explored import require
from tests.support.modelled_dynamodb import item_at, parsed
from tests.support.sink_world import ENDED, MARK, RINGS, STATE, Heard, Running, Scenario, World
from tests.support.table import SUBSCRIPTIONS

_END = EventType.SUBSCRIPTION_ENDED


def subscription_in(world: World, known: Subscription) -> Subscription:
    """Return a subscription as it is now."""
    item = item_at(world.rows, SUBSCRIPTIONS, known.subscriber_key, known.subscription_id)
    assert item is not None
    return subscription_from(item)


def check_heard(world: World, running: Running, heard: Heard, scenario: Scenario) -> None:
    """Raise ``Violation`` unless a sink may hear this now, from this function."""
    known = {each.subscription_id: each for each in scenario.subscriptions}
    over = subscription_in(world, known[heard.subscription]).ended
    may_tell = not over or ENDED + heard.subscription in running.unaware
    require(heard.type == _END or may_tell, "one that has ended hears more than its end")
    before = [each for each in world.heard if each.subscription == heard.subscription]
    is_doubled = heard.subscription in world.doubled
    phase = (heard.event, heard.after_failure)
    times = sum((each.event, each.after_failure) == phase for each in before)
    require(times <= world.excused.count(heard.event) or is_doubled, "heard twice")
    if not heard.call:
        return
    story = scenario.calls[heard.call]
    version = world.versions[scenario.stories.index(story)]
    is_so = heard.version <= version and heard.status == story.statuses[heard.version - 1]
    require(is_so, "it never was so")
    if heard.type == EventType.SESSION_INVITATION:
        rings = story.rings(version) or RINGS + story.id in running.unaware
        require(rings, "invited to a call that does not ring")
        return
    is_latest = heard.version == version or STATE + story.id in running.unaware
    require(running.source.kind != "probes" or is_latest, "a probe tells what is so no more")
    latest = max((each.version for each in before if each.call == heard.call), default=0)
    require(heard.version >= latest or is_doubled, "an older state is heard after a newer one")


def check_queued(world: World, running: Running, entries: list[dict[str, Any]]) -> None:
    """Raise ``Violation`` if a publisher that has seen a mark queues what that is to keep away."""
    if running.source.kind != "stream":
        return
    for body in (parsed(entry["MessageBody"]) for entry in entries):
        item = item_at(world.rows, SUBSCRIPTIONS, body["number"], body["subscription_id"]) or {}
        seen = "failingSince" in item and MARK + body["subscription_id"] not in running.unaware
        require(body["type"] == _END or not seen, "what a mark is to keep away is queued")


def check_end(world: World, scenario: Scenario) -> None:
    """Raise ``Violation`` unless all is told and nothing left to be done, now that all is quiet."""
    for known in scenario.subscriptions:
        subscription = subscription_in(world, known)
        heard = [each for each in world.heard if each.subscription == known.subscription_id]
        _check_listed(world, subscription)
        if subscription.ended:
            told = _END in [each.type for each in heard] or known.subscription_id in world.deaf
            require(told, "the end was not heard")
            continue
        require(subscription.failing_since is None, "marked, and no probe will come")
        require(subscription.behind_since is None, "behind, and nothing will catch up")
        for story, version in zip(scenario.stories, world.versions, strict=True):
            told_of = [each.version for each in heard if each.call == story.id]
            begun = 0 if scenario.marked else story.known
            if known.type is EventType.SESSION_INVITATION:
                invited = told_of or begun or not story.rings(version)
                require(invited, f"not invited to {story.name}")
            elif version > max(1, begun):
                require(version in told_of, "the latest state was not heard")
                all_went_well = not world.failed and world.crashes == scenario.crashes
                each = list(range(max(2, begun + 1), version + 1))
                in_order = told_of == each or not all_went_well
                require(in_order, f"heard {told_of}, though nothing has failed")


def _check_listed(world: World, subscription: Subscription) -> None:
    """Raise ``Violation`` unless its audience lists it as it is."""
    number = subscription.subscriber_key
    its_key = [part["S"] for part in audience_key(number).values()]
    audience = audience_from(number, item_at(world.rows, SUBSCRIPTIONS, *its_key))
    listed = audience.listeners.get(subscription.subscription_id)
    require(listed == Listener.of(subscription), "its audience lists another state")
