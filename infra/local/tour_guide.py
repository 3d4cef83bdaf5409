"""Makes the tour's requests and shows each on a line, with what came back."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local import devices, loopback_http, subscriptions
from infra.local.inbox import Heard, Inbox
from infra.local.loopback_http import Answer
from infra.local.people import Person, token
from infra.local.shown import BOLD, DIM, GREEN, RED, outcome, painted, shortened
from infra.local.stack_file import Stack
from infra.local.webhook import Webhook

_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Step:
    """A request of the tour, and what is to come of it."""

    person: Person
    request: str
    """The method, and the path below the API's root."""
    expect: str
    """The status, with what the body says: a `code`, or the `status` of a call or a registration.

    For example "404 NOT_FOUND"; "200 [Registered]" for a list of one.
    """
    note: str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    bearer: str | None = None
    """The token to send, instead of the person's own; "" for none."""


class TourGuide:
    """Takes steps, and keeps count of the answers that were not the expected ones.

    Likewise of the notifications that the people get at this webhook.
    """

    def __init__(self, stack: Stack, webhook: Webhook) -> None:
        self._stack = stack
        self._inbox = Inbox(webhook, _show_heard)
        self._heard = 0
        self._tokens = dict[Person, str]()
        self._registered = dict[Person, str]()
        self._taken = 0
        self._surprises = 0

    def welcome(self) -> None:
        """Say what the lines to come show."""
        print(f"\nWho asks for what below {self._stack.api_url}, and the answer;")
        print("ok: it is the expected one. Behind an arrow, what comes to whose webhook.")

    def announce(self, scene: str) -> None:
        """Show the title of what comes next."""
        print(f"\n{painted(scene, BOLD)}")

    def token(self, person: Person, **wishes: Any) -> str:
        """Get a token for this person; the wishes are those the token issuer takes."""
        return token(self._stack, person, **wishes)

    def tidy(self, *people: Person) -> None:
        """Remove what an earlier tour may have left behind, and say nothing of it."""
        for person in people:
            bearer = self._own_token(person)
            subscriptions.unsubscribe(self._stack, bearer, person.device_id)
            devices.deregister(self._stack, bearer, person.device_id)

    def register(self, person: Person) -> str:
        """Register the device of this person, who calls with it from now on; return its path."""
        body = {"deviceId": person.device_id}
        created = self.take(
            Step(person, f"POST {devices.REGISTRATIONS}", "201 Registered", body=body)
        )
        self._registered[person] = str((created.json or {}).get("registrationId"))
        return self.registration(person)

    def registration(self, person: Person) -> str:
        """Return the path of the registration that this person has made."""
        return f"{devices.REGISTRATIONS}/{self._registered[person]}"

    def subscription(self, person: Person, event: str) -> dict[str, Any]:
        """Return the body that subscribes the device of this person."""
        return subscriptions.request(person.device_id, event, self._inbox.sink(person))

    def subscribe(self, person: Person, event: str) -> str:
        """Subscribe the device of this person to one type of event; return the path."""
        body = self.subscription(person, event)
        path = subscriptions.SUBSCRIPTIONS
        created = self.take(Step(person, f"POST {path}", "201 ACTIVE", event, body=body))
        return f"{path}/{(created.json or {}).get('id')}"

    def hear(self, path: str, *expected: Heard) -> None:
        """Wait for these notifications about a call, a registration or a subscription."""
        self._complain(self._inbox.hear(path.rpartition("/")[2], expected))
        self._heard += len(expected)

    def fail(self, person: Person) -> None:
        """Let the webhook of this person fail, and say so."""
        self._inbox.fail(person)
        print(painted(f"  ... {person.name}'s webhook answers 500 to whatever comes", DIM))

    def work(self, person: Person) -> None:
        """Let the webhook of this person work again, and say so."""
        self._inbox.work(person)
        print(painted(f"  ... {person.name}'s webhook works again", DIM), flush=True)

    def take(self, *steps: Step) -> Answer:
        """Take these steps in turn, and show each; return the last one's answer."""
        for step in steps:
            answer = self._send(step)
            self._note(step, outcome(answer))
        return answer

    def await_(self, step: Step, seconds: float) -> None:
        """Take a step again until it is answered as expected, or that time is over; show it."""
        until = time.monotonic() + seconds
        while (came := outcome(self._send(step))) != step.expect:
            if time.monotonic() > until:
                break
            time.sleep(_LOOK_SECONDS)
        self._note(step, came)

    def wait(self, seconds: float, why: str) -> None:
        """Say so, and wait."""
        print(painted(f"  ... {seconds:.0f} s {why}", DIM), flush=True)
        time.sleep(seconds)

    def tell(self, function: str, answer: Mapping[str, Any]) -> None:
        """Show what a function that nobody asked over HTTP has done."""
        numbers = ", ".join(f"{name} {value}" for name, value in answer.items() if value)
        print(f"  {function}: {numbers or 'nothing to do'}", flush=True)

    def farewell(self) -> bool:
        """Sum up; return whether every answer was the expected one."""
        self._complain(self._inbox.strays())
        if self._surprises:
            verdict = f"{self._surprises} answers or notifications were not the expected ones."
            print(f"\n{painted(verdict, RED)}")
        else:
            verdict = f"{self._taken} requests, each answered as expected, and {self._heard}"
            print(f"\n{painted(f'{verdict} notifications, each heard once and in order.', GREEN)}")
        return not self._surprises

    def _complain(self, problems: Sequence[str]) -> None:
        self._surprises += bool(problems)
        for problem in problems:
            print(painted(f"    !!  {problem}", RED), flush=True)

    def _note(self, step: Step, came: str) -> None:
        self._taken += 1
        self._surprises += came != step.expect
        _show(step, came)

    def _send(self, step: Step) -> Answer:
        own = self._registered.get(step.person)
        device = {"registrationId": own} if own else {}
        headers = {"Content-Type": "application/json", **device, **step.headers}
        bearer = self._own_token(step.person) if step.bearer is None else step.bearer
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        method, path = step.request.split()
        body = None if step.body is None else json.dumps(step.body)
        return loopback_http.call(method, f"{self._stack.api_url}{path}", headers, body)

    def _own_token(self, person: Person) -> str:
        if person not in self._tokens:
            self._tokens[person] = self.token(person)
        return self._tokens[person]


def _show(step: Step, came: str) -> None:
    method, path = step.request.split()
    if came == step.expect:
        verdict = painted(f"ok  {came:<26} ", GREEN)
    else:
        verdict = painted(f"!!  {came}, but expected {step.expect}  ", RED)
    request = f"  {step.person.name:<7}{method:<8}{shortened(path):<63} "
    print(f"{request}{verdict}{painted(step.note, DIM)}".rstrip(), flush=True)


def _show_heard(heard: Heard) -> None:
    print(heard, flush=True)
