"""The notifications of a tour: what has come to whom, and whether it is what was to come."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from infra.local.people import Person
from infra.local.subscriptions import EVENTS
from infra.local.webhook import Delivery, Webhook

_SECONDS = 30
"""How long a notification may take: the first one waits for functions to start."""
_STRAY_SECONDS = 1


class Heard(NamedTuple):
    """A notification: to whom, of which type, which number it has if any, and what it says."""

    person: Person
    event: str
    number: int | None
    words: str

    def __str__(self) -> str:
        """Return the line that shows it."""
        number = "" if self.number is None else str(self.number)
        return f"        -> {self.person.name:<7}{self.event:<20}{number:>2}  {self.words}"


class Inbox:
    """A sink for each person; what comes is shown, and kept until somebody has waited for it."""

    def __init__(self, webhook: Webhook, show: Callable[[Heard], None]) -> None:
        self._webhook = webhook
        self._show = show
        self._people = list[Person]()
        self._seen = Counter[Person]()
        self._ids = set[str]()
        self._twice = list[str]()
        self._waiting = defaultdict[str, list[Heard]](list)

    def sink(self, person: Person) -> str:
        """Return the URL at which this person is notified."""
        if person not in self._people:
            self._people.append(person)
        return self._webhook.sink(person.name)

    def fail(self, person: Person) -> None:
        """Take nothing for this person, until told to work."""
        self._webhook.fail(person.name)

    def work(self, person: Person) -> None:
        """Take what comes to this person again."""
        self._webhook.work(person.name)

    def hear(self, subject: str, expected: Sequence[Heard]) -> list[str]:
        """Wait until all has come that is to come about a subject; return what is wrong with it.

        The subject is the id of a call, a registration or a subscription. To one person and of one
        type notifications are to come in the order given.
        """
        enough = self._wait(lambda: len(self._waiting[subject]) >= len(expected), _SECONDS)
        came = self._waiting.pop(subject, [])
        if enough and _in_order(came) == _in_order(expected):
            return []
        return [f"expected {_words(expected)}", f"but there came {_words(came)}"]

    def strays(self) -> list[str]:
        """Return what has come twice, or without anybody waiting for it."""
        self._wait(lambda: False, _STRAY_SECONDS)
        unexpected = [heard for some in self._waiting.values() for heard in some]
        found = [f"unexpected: {_words(unexpected)}"] if unexpected else []
        return found + [f"came twice: {event_id}" for event_id in self._twice]

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        def looked() -> bool:
            self._open_letters()
            return condition()

        return self._webhook.wait_for(looked, seconds)

    def _open_letters(self) -> None:
        fresh = list[tuple[Delivery, Person]]()
        for person in self._people:
            deliveries = self._webhook.taken(person.name)[self._seen[person] :]
            self._seen[person] += len(deliveries)
            fresh.extend((delivery, person) for delivery in deliveries)
        for delivery, person in sorted(fresh, key=lambda one: one[0].at):
            event = delivery.event
            if event["id"] in self._ids:
                self._twice.append(event["id"])
            self._ids.add(event["id"])
            data = event["data"]
            heard = Heard(
                person,
                event["type"].removeprefix(f"{EVENTS}."),
                data.get("sequenceNumber"),
                data.get("reason") or data["terminationReason"],
            )
            self._show(heard)
            about = ("mediaSessionId", "registrationId", "subscriptionId")
            self._waiting[next(data[name] for name in about if name in data)].append(heard)


def _in_order(heard: Iterable[Heard]) -> dict[tuple[Person, str], list[Heard]]:
    """Notifications of different types are those of different subscriptions, in no order."""
    streams = defaultdict[tuple[Person, str], list[Heard]](list)
    for one in heard:
        streams[one.person, one.event].append(one)
    return streams


def _words(heard: Iterable[Heard]) -> str:
    return "; ".join(" ".join(str(one).split()) for one in heard) or "nothing"
