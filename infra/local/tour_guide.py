"""Makes the tour's requests and shows each on a line, with what came back."""

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local import loopback_http
from infra.local.loopback_http import Answer
from infra.local.people import Person, token
from infra.local.stack_file import Stack

_BOLD, _DIM, _RED, _GREEN = 1, 2, 31, 32
_LONGEST_SHOWN = 10


@dataclass(frozen=True)
class Step:
    """A request of the tour, and what is to come of it."""

    person: Person
    request: str
    """The method, and the path below `/webrtc`."""
    expect: str
    """The status, with the `code`, or the call's `status`, that the body has: "404 NOT_FOUND"."""
    note: str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    bearer: str | None = None
    """The token to send, instead of the person's own; "" for none."""


class TourGuide:
    """Takes steps, and keeps count of the answers that were not the expected ones."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._tokens = dict[Person, str]()
        self._taken = 0
        self._surprises = 0

    def welcome(self) -> None:
        """Say what the lines to come show."""
        print(f"\nWho asks for what below {self._stack.api_url}/webrtc, and the answer;")
        print("ok: it is the expected one.")

    def announce(self, scene: str) -> None:
        """Show the title of what comes next."""
        print(f"\n{_painted(scene, _BOLD)}")

    def token(self, person: Person, **wishes: Any) -> str:
        """Get a token for this person; the wishes are those the token issuer takes."""
        return token(self._stack, person, **wishes)

    def take(self, *steps: Step) -> Answer:
        """Take these steps in turn, and show each; return the last one's answer."""
        for step in steps:
            answer = self._send(step)
            outcome = _outcome(answer)
            self._taken += 1
            self._surprises += outcome != step.expect
            _show(step, outcome)
        return answer

    def wait(self, seconds: float, why: str) -> None:
        """Say so, and wait."""
        print(_painted(f"  ... {seconds:.0f} s {why}", _DIM), flush=True)
        time.sleep(seconds)

    def tell(self, function: str, answer: Mapping[str, Any]) -> None:
        """Show what a function that nobody asked over HTTP has done."""
        numbers = ", ".join(f"{name} {value}" for name, value in answer.items() if value)
        print(f"  {function}: {numbers or 'nothing to do'}", flush=True)

    def farewell(self) -> bool:
        """Sum up; return whether every answer was the expected one."""
        if self._surprises:
            verdict = f"{self._surprises} of {self._taken} answers were not the expected ones."
            print(f"\n{_painted(verdict, _RED)}")
        else:
            print(f"\n{_painted(f'{self._taken} requests, each answered as expected.', _GREEN)}")
        return not self._surprises

    def _send(self, step: Step) -> Answer:
        headers = {"Content-Type": "application/json", "registrationId": "dev", **step.headers}
        bearer = self._own_token(step.person) if step.bearer is None else step.bearer
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        method, path = step.request.split()
        body = None if step.body is None else json.dumps(step.body)
        return loopback_http.call(method, f"{self._stack.api_url}/webrtc{path}", headers, body)

    def _own_token(self, person: Person) -> str:
        if person not in self._tokens:
            self._tokens[person] = self.token(person)
        return self._tokens[person]


def _outcome(answer: Answer) -> str:
    try:
        body = answer.json or {}
    except ValueError:
        return f"{answer.status}, not JSON"
    return f"{answer.status} {body.get('code') or body.get('status') or ''}".rstrip()


def _show(step: Step, outcome: str) -> None:
    method, path = step.request.split()
    if outcome == step.expect:
        verdict = _painted(f"ok  {outcome:<36}", _GREEN)
    else:
        verdict = _painted(f"!!  {outcome}, but expected {step.expect}  ", _RED)
    request = f"  {step.person.name:<7}{method:<8}{_shortened(path):<29}"
    print(f"{request}{verdict}{_painted(step.note, _DIM)}".rstrip(), flush=True)


def _shortened(path: str) -> str:
    """Cut the ids in a path to what tells them apart."""
    return "/".join(
        segment if len(segment) <= _LONGEST_SHOWN else f"{segment[: _LONGEST_SHOWN - 2]}.."
        for segment in path.split("/")
    )


def _painted(text: str, colour: int) -> str:
    """Colour a text where there is a terminal to see it."""
    return f"\033[{colour}m{text}\033[0m" if text and sys.stdout.isatty() else text
