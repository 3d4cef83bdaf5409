"""What comes to one sink of the webhook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.webhook import Delivery, Webhook
from tests.support.contract import check_notification
from tests.support.stack.subscriber import EVENTS

STREAM_SECONDS = 30
"""After how long a notification has come, at the latest, to a sink that takes it."""

_WHILE_SECONDS = 3


@dataclass(frozen=True)
class Ear:
    """A sink, and the subscription that notifies it."""

    webhook: Webhook
    sink: str
    subscription_id: str

    def answer(self, *statuses: int) -> None:
        """Answer the next notifications so."""
        self.webhook.answer(self.sink, *statuses)

    def fail(self) -> None:
        """Answer 500 from now on."""
        self.webhook.fail(self.sink)

    def work(self) -> None:
        """Take what comes again."""
        self.webhook.work(self.sink)

    @property
    def attempts(self) -> Sequence[Delivery]:
        """All POSTs until now."""
        return self.webhook.attempts(self.sink)

    @property
    def heard(self) -> list[dict[str, Any]]:
        """The notifications taken until now; none twice, each as documented."""
        events = [check_notification(delivery.body) for delivery in self._taken]
        ids = [event["id"] for event in events]
        assert len(set(ids)) == len(ids), f"twice: {ids}"
        assert {event["data"]["subscriptionId"] for event in events} <= {self.subscription_id}
        return events

    def hears(self, count: int, seconds: float = STREAM_SECONDS) -> list[dict[str, Any]]:
        """Wait for as many notifications; return them all."""
        enough = self.webhook.wait_for(lambda: len(self._taken) >= count, seconds)
        assert enough, f"{len(self._taken)} of {count} after {seconds} s: {self.heard}"
        return self.heard

    def is_tried(self, count: int = 1) -> None:
        """Wait for as many POSTs, be they taken or not."""
        tried = self.webhook.wait_for(lambda: len(self.attempts) >= count, STREAM_SECONDS)
        assert tried, f"{len(self.attempts)} of {count} attempts"

    def hears_nothing_more(self) -> bool:
        """Tell whether for a while nothing comes, be it taken or not."""
        before = len(self.attempts)
        return not self.webhook.wait_for(lambda: len(self.attempts) > before, _WHILE_SECONDS)

    def statuses(self) -> list[tuple[int, str]]:
        """Return number and status of what it has heard of calls."""
        return [
            (event["data"]["sequenceNumber"], event["data"]["status"])
            for event in self.heard
            if "sequenceNumber" in event["data"]
        ]

    def of_each_call(self) -> dict[str, list[tuple[int, str]]]:
        """Return the same call by call."""
        calls: dict[str, list[tuple[int, str]]] = {}
        for event in self.heard:
            if "sequenceNumber" in event["data"]:
                told = (event["data"]["sequenceNumber"], event["data"]["status"])
                calls.setdefault(event["data"]["mediaSessionId"], []).append(told)
        return calls

    def ended(self) -> str | None:
        """Return why the subscription has ended, if that was the last that it heard."""
        last = self.heard[-1]
        if last["type"] != f"{EVENTS}.subscription-ended":
            return None
        return str(last["data"]["terminationReason"])

    @property
    def _taken(self) -> Sequence[Delivery]:
        return self.webhook.taken(self.sink)
