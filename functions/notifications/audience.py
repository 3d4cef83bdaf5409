"""The audience of a subscriber: its active subscriptions, in one item that one request reads.

It is written in one transaction with each subscription that is created, ends, or changes in what is
listed here, so the limits are exact. Pure, no clock, no I/O; times are Unix seconds. Source: ADR 6.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from camara.errors import QuotaExceeded
from camara.identity import ClientKey, DeviceKey, SubscriberKey, actor_key_of
from camara.scope import EventType
from camara.unix_time import UnixSeconds
from notifications.subscription import Subscription


class TooManySubscriptions(QuotaExceeded):
    """Raised when there is no room for a new subscription, and no other one may be ended for it."""


class Limits(NamedTuple):
    """How many subscriptions may be active at once."""

    of_device: int = 10
    of_client: int = 100
    """Of a subscriber through one client: CAMARA's list has room for no more."""
    of_subscriber: int = 400


class Listener(NamedTuple):
    """An active subscription as its audience lists it: what publishers need to know of it."""

    subscriber_key: SubscriberKey
    subscription_id: str
    type: EventType
    device: DeviceKey
    client: ClientKey
    starts_at: UnixSeconds
    ends_at: UnixSeconds
    failing: bool = False

    @classmethod
    def of(cls, subscription: Subscription) -> Self | None:
        """Return a subscription's entry, ``None`` if it has ended."""
        if subscription.ended is not None:
            return None
        return cls(
            subscriber_key=subscription.subscriber_key,
            subscription_id=subscription.subscription_id,
            type=subscription.type,
            device=subscription.device,
            client=subscription.client,
            starts_at=subscription.starts_at,
            ends_at=subscription.ends_at,
            failing=subscription.failing_since is not None,
        )

    @property
    def actor(self) -> str:
        """The key of the actor whose device it is for."""
        return actor_key_of(self.device)


@dataclass(frozen=True, slots=True)
class Audience:
    """The active subscriptions of a subscriber, by id.

    ``version`` counts the writes (optimistic locking); it is 0 for an audience that is not stored.
    """

    subscriber_key: SubscriberKey
    version: int = 0
    listeners: Mapping[str, Listener] = field(default_factory=dict)

    def active(self, now: UnixSeconds) -> list[Listener]:
        """Return the subscriptions that have not expired."""
        return [known for known in self.listeners.values() if known.ends_at > now]

    def subscribed_to(
        self, event_type: EventType, devices: Collection[DeviceKey], now: UnixSeconds
    ) -> list[Listener]:
        """Return the subscriptions to this type of event of one of these devices.

        Without those whose sink fails: it catches up when it works again.
        """
        return [
            known
            for known in self.active(now)
            if known.type is event_type and known.device in devices and not known.failing
        ]

    def after(self, subscription: Subscription, now: UnixSeconds) -> Self:
        """Return the next version: this subscription added, replaced or removed; no expired one."""
        listeners = {known.subscription_id: known for known in self.active(now)}
        listeners.pop(subscription.subscription_id, None)
        listener = Listener.of(subscription)
        if listener is not None:
            listeners[listener.subscription_id] = listener
        return replace(self, version=self.version + 1, listeners=listeners)

    def in_the_way_of(
        self, new: Subscription, registered: Collection[DeviceKey], now: UnixSeconds, limits: Limits
    ) -> str | None:
        """Return the id of a subscription that has to end before there is room for a new one.

        ``None`` when there is room. A former owner of the number, or a user who hogs it, must not
        keep others out. So it is the oldest subscription of a device that is not ``registered`` any
        more, of the actor that has the most, and more than the new one's. Raises
        ``TooManySubscriptions`` when there is none.
        """
        active = self.active(now)
        if sum(known.device == new.device for known in active) >= limits.of_device:
            raise TooManySubscriptions
        of_client = [known for known in active if known.client == new.client]
        for crowd, limit in ((of_client, limits.of_client), (active, limits.of_subscriber)):
            if len(crowd) >= limit:
                return _giving_way(crowd, new.actor, registered)
        return None


def _giving_way(crowd: list[Listener], actor: str, registered: Collection[str]) -> str:
    have = Counter(known.actor for known in crowd)
    others = [
        known
        for known in crowd
        if known.device not in registered and have[known.actor] > have[actor]
    ]
    if not others:
        raise TooManySubscriptions
    return min(others, key=lambda known: (-have[known.actor], known.starts_at)).subscription_id
