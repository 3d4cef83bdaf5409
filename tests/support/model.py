"""The rules of calls and of devices, written down a second time, as plainly as they go.

Nothing of ``functions/`` is used here, so a mistake has to be made twice to go unnoticed. Left out:
how many devices are remembered (eight) and registered, and that registrations expire. Times are
Unix seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

RING, SETUP, LEASE, RETENTION = 120, 180, 43_200, 3_600
REMEMBERED_SECONDS, REMEMBERED = 300, 20
OFFER_STANDS = 32
CHANGES = 30
SLOW = 30
"""How long a registration may take to be there."""
PROGRESS = {"InProgress", "Ringing", "Proceeding", "Waiting"}
UNANSWERED = PROGRESS | {"Initial"}
ANSWERED = {"Connected", "Hold", "Resume"}
OVER = {"Terminated", "SessionCancelled", "Declined", "Failed", "NoAnswer", "NotReachable", "Busy"}
BY_RECEIVER = PROGRESS | {"Connected", "Busy", "NoAnswer", "NotReachable", "Declined", "Failed"}
AFTER = {"Connected": {"Hold"}, "Hold": {"Resume"}, "Resume": {"Hold", "Connected"}}
CALLER, CALLED = "originator", "receiver"


class Who(NamedTuple):
    """Whose token it is: a user of a number through a client; without a number, the client's."""

    number: str | None
    client: str
    sub: str = ""


class Device(NamedTuple):
    """A device of an actor."""

    name: int
    actor: Who


@dataclass(frozen=True)
class Registered:
    """A registration, from its making on."""

    name: str
    device: Device
    made: int


@dataclass
class Devices:
    """What a number has registered, and what has gone lately, with the time."""

    active: list[Registered] = field(default_factory=list)
    gone: list[tuple[Registered, int]] = field(default_factory=list)

    def add(self, new: Registered, now: int) -> None:
        """Register."""
        self._forget(now)
        self.active.append(new)

    def remove(self, old: Registered, now: int) -> None:
        """Deregister."""
        self._forget(now)
        self.active.remove(old)
        self.gone = [*self.gone, (old, now)][-REMEMBERED:]

    def _forget(self, now: int) -> None:
        self.gone = [(old, at) for old, at in self.gone if at > now - REMEMBERED_SECONDS]

    def of(self, who: Who) -> list[Registered]:
        """Return what an actor, or a client alone, has active."""
        if who.number is None:
            return [each for each in self.active if each.device.actor.client == who.client]
        return [each for each in self.active if each.device.actor == who]

    def known(self) -> list[tuple[Registered, float]]:
        """Return all that is not forgotten, with when it ended."""
        return [*((each, inf) for each in self.active), *self.gone]


class Sent(NamedTuple):
    """A PUT."""

    status: str
    offer: str | None = None
    answer: str | None = None
    named: str | None = None
    """A registration."""


class Told(NamedTuple):
    """A change that was told: the version, the status, and which devices heard of it."""

    version: int
    status: str
    devices: frozenset[Device]


@dataclass
class Model:
    """What a call must be, by the rules alone."""

    caller: Device
    caller_registration: str
    receiver: str
    devices: Devices
    """The receiver's."""
    created: int
    offer: str = "offer"
    answer: str | None = None
    early: tuple[Who, str | None] | None = None
    open_offer: tuple[str, int] | None = None
    """Whose offer has no answer, and since when, once the call is answered."""
    answered: bool = False
    holding: list[Registered] = field(default_factory=list)
    """The receiver's devices whose leg it is."""
    heard_it_ring: frozenset[Device] = frozenset()
    """Since the answer."""
    stale: int = 0
    ended: int = 0
    deleted_by: str = ""
    put_by: str = ""
    """Who has ended it by a PUT."""
    correlator: str = ""
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.holding = list(self.devices.active)
        self.stale = self.created + RING
        self._changed("Initial", self.created)

    @property
    def status(self) -> str:
        return self.told[-1].status

    @property
    def version(self) -> int:
        return len(self.told)

    def _changed(self, status: str, now: int) -> None:
        """Another version, and who hears of it."""
        if not self.answered:
            devices = frozenset(each.device for each in self._rang(now))
        else:
            devices = self.heard_it_ring
        if self.told:
            devices |= {self.caller}
        self.told.append(Told(len(self.told) + 1, status, devices))

    def _rang(self, now: int) -> list[Registered]:
        return [
            each
            for each, until in self.devices.known()
            if each in self.holding
            or (self.created - SLOW <= each.made < now and self.created < until)
        ]

    def _end(self, status: str, now: int) -> None:
        self._changed(status, now)
        self.ended = now

    def _held_through(self, client: str) -> set[str]:
        """Return the registrations that hold the receiving leg and that this client may name."""
        return {each.name for each in self.holding if each.device.actor.client == client}

    def leg(self, who: Who) -> str | None:
        """Return whose leg an actor has, as long as nobody looks at the devices."""
        if who in (self.caller.actor, Who(None, self.caller.actor.client)):
            return CALLER
        of_any = who.number is None
        holders = [each.device.actor for each in self.holding]
        if who in holders or (of_any and who.client in {actor.client for actor in holders}):
            return CALLED
        return None

    def refusal(self, who: Who, others: Iterable[Registered]) -> int:
        """Return how one is refused that has no part; ``others`` are its number's devices."""
        if who.number is None:
            return 403
        mine = self.devices.active if who.number == self.receiver else others
        return 403 if list(mine) else 404

    def party(
        self, who: Who, now: int, others: Iterable[Registered], named: str | None = None
    ) -> str | int:
        """Return whose leg this is, by the device that is named, or how one is refused."""
        if self.gone(now):
            return 404
        leg = self.leg(who)
        held = self._held_through(who.client)
        if leg == CALLER and named not in (None, self.caller_registration):
            return self.refusal(who, others)
        if leg == CALLER or (leg == CALLED and (named is None or named in held)):
            return leg or ""
        if not self.answered and who.number == self.receiver:
            until = self.ended if self.status in OVER else now
            own = [each for each in self.devices.of(who) if named in (None, each.name)]
            if own and min(each.made for each in own) <= until:
                return CALLED
        return self.refusal(who, others)

    def gone(self, now: int) -> bool:
        return self.status in OVER and now >= self.ended + RETENTION

    def get(self, party: str | int) -> int:
        if isinstance(party, int):
            return party
        return 404 if party == self.deleted_by else 200

    def delete(self, party: str | int, correlator: str, now: int) -> int:
        if isinstance(party, int):
            return party
        if self.status in OVER:
            repeated = party == self.deleted_by and correlator == self.correlator != ""
            return 204 if repeated else 404
        unanswered = "SessionCancelled" if party == CALLER else "Declined"
        self._end(unanswered if self.status in UNANSWERED else "Terminated", now)
        self.deleted_by, self.correlator = party, correlator
        return 204

    def put(  # noqa: PLR0911 - each is a rule
        self, who: Who, sent: Sent, now: int, others: Iterable[Registered]
    ) -> int:
        """Return the status of the answer, and be what the PUT makes of the call."""
        if self.gone(now):
            return 404
        if sent.status == "Connected" and self._is_another(who, sent.named):
            return 409
        # Once a call is over, the named device no longer matters.
        named = None if self.status in OVER and self.leg(who) else sent.named
        party = self.party(who, now, others, named)
        if isinstance(party, int):
            return party
        if self.status in OVER:
            return 200 if (party, sent.status) == (self.put_by, self.status) else 404
        if self.status in UNANSWERED:
            may = BY_RECEIVER if party == CALLED else {"SessionCancelled", "Failed"}
        else:
            may = AFTER[self.status] | {"Terminated", "Failed"}
        if sent.status not in may | {self.status}:
            return 409
        if sent.status in OVER:
            self._end(sent.status, now)
            self.put_by = party
            return 200
        return self._go_on(who, party, sent, now, others)

    def _is_another(self, who: Who, named: str | None) -> bool:
        """Tell whether another device has answered than this one, which heard it ring, too."""
        if self.status not in ANSWERED:
            return False
        if self.leg(who) == CALLED:
            return named is not None and named not in self._held_through(who.client)
        return who in {device.actor for device in self.heard_it_ring}

    def _go_on(
        self, who: Who, party: str, sent: Sent, now: int, others: Iterable[Registered]
    ) -> int:
        answers = self.status in UNANSWERED and sent.status in ANSWERED
        own = [each for each in self.devices.of(who) if sent.named in (None, each.name)]
        if answers and not own:
            return self.refusal(who, others)
        before = (self.status, self.offer, self.answer, self.early, self.open_offer)
        after = self._negotiated(who, party, sent, now)
        if after is None:
            return 409
        offer, answer, early, open_offer = after
        lease = LEASE if sent.status in ANSWERED else RING
        renewed = now + LEASE
        if sent.status in UNANSWERED:
            renewed = max(self.stale, min(now + RING, self.created + SETUP))
        if (sent.status, *after) == before:
            if (renewed - self.stale) * 10 >= lease:
                self.stale = renewed
            return 200
        if not answers and self.version > CHANGES + now - self.created:
            return 429
        if answers:
            self.heard_it_ring = frozenset(each.device for each in (*own, *self._rang(now + 1)))
            self.answered, self.holding = True, own
        self.offer, self.answer, self.early, self.open_offer = offer, answer, early, open_offer
        self.stale = renewed
        self._changed(sent.status, now)
        return 200

    def _negotiated(  # noqa: PLR0911 - each is a rule
        self, who: Who, party: str, sent: Sent, now: int
    ) -> tuple[str, str | None, tuple[Who, str | None] | None, tuple[str, int] | None] | None:
        """Return offer, answer, whose early answer and whose offer is open; ``None``: refused."""
        by = (who, sent.named)
        if self.status in UNANSWERED:
            if party == CALLER:
                return sent.offer or self.offer, self.answer, self.early, None
            if sent.answer == self.answer:
                sent = sent._replace(answer=None)
            if sent.status not in ANSWERED:
                return (
                    self.offer,
                    sent.answer or self.answer,
                    by if sent.answer else self.early,
                    None,
                )
            early = self.early is not None and _may_be_one(self.early, by)
            if sent.answer or early:
                return self.offer, sent.answer or self.answer, None, None
            return None
        offer = None if sent.offer == self.offer else sent.offer
        answer = None if sent.answer == self.answer else sent.answer
        others_is_open = self.open_offer is not None and self.open_offer[0] != party
        if offer:
            since = self.open_offer[1] if self.open_offer else 0
            if others_is_open and (answer or now - since < OFFER_STANDS):
                return None
            return (
                offer,
                None,
                None,
                (party, now if others_is_open or not self.open_offer else since),
            )
        if answer and not (self.open_offer and not others_is_open):
            return (self.offer, answer, None, None) if others_is_open else None
        return self.offer, self.answer, None, self.open_offer

    def sweep(self, now: int) -> bool:
        if self.status in OVER or self.stale > now:
            return False
        self._end("NoAnswer" if self.status in UNANSWERED else "Terminated", now)
        return True

    def lose(self, gone: Registered, now: int) -> None:
        """A device is no longer registered: the call ends with the last that holds a leg."""
        if self.status in OVER:
            return
        left = self.devices.active
        if self.answered:
            held = gone in self.holding and not any(each in self.holding for each in left)
        else:
            rang = gone in self.holding or (bool(self.holding) and self.created - SLOW <= gone.made)
            held = rang and not left
        if held or gone.name == self.caller_registration:
            self._end("NoAnswer" if self.status in UNANSWERED else "Terminated", now)


def _may_be_one(one: tuple[Who, str | None], other: tuple[Who, str | None]) -> bool:
    """Tell whether two are one device: of one actor, and as far as they name it."""
    return one[0] == other[0] and (None in (one[1], other[1]) or one[1] == other[1])
