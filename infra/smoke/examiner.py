"""Makes the smoke test's requests, judges the answers and shows each on a line."""

import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from infra.local.loopback_http import Answer
from infra.local.shown import GREEN, RED, outcome, painted, shortened
from infra.scopes import scope_of
from infra.smoke import https
from infra.smoke.target import Target

_HINTS = {
    "401 UNAUTHENTICATED": "the API does not take the token: has it expired, is it of another"
    " issuer (JwtIssuer) or for another audience (JwtAudience)?",
    "404 IDENTIFIER_NOT_FOUND": "the token names no subscriber (SubscriberClaim)",
    "422 MISSING_IDENTIFIER": "the token names no subscriber (SubscriberClaim)",
    "403 MAX_REGISTRATION_PER_MSISDN": "the token's number has too many devices",
    "403 MAX_REGISTRATION_PER_USER": "the token's user has too many devices",
    "403 MAX_DEVICES_PER_USER": "the token's user has too many devices",
    "503 UNAVAILABLE": "do the functions reach DynamoDB, and the issuer's keys (JwksUri)?",
}
"""What a surprising answer to the token given most likely means."""
_ID = re.compile(r"[\w.~-]{8,256}", re.ASCII)
_GONE = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}
_LOOK_SECONDS = 1


class Stopped(Exception):
    """The steps that follow need what this one did not get."""


@dataclass(frozen=True)
class Step:
    """A request, and what is to come of it."""

    request: str
    """The method, and the path below the API's root."""
    expect: str
    """The status, with what the body says; see `outcome`."""
    why: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    """The token to send, instead of the one given; "" for none."""

    @property
    def hint(self) -> dict[str, str]:
        """What surprising answers to this step mean."""
        scope = scope_of(*self.request.split())
        lacking = {"403 PERMISSION_DENIED": f"the token lacks the scope {scope}"} if scope else {}
        return _HINTS | lacking if self.token is None else {}


class Examiner:
    """Takes steps at one API, and counts those that failed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._taken = 0
        self._failed = 0

    def take(self, *steps: Step) -> None:
        """Take these steps in turn, and show each. Raises Stopped when one gets no answer."""
        for step in steps:
            answer, problem = self._try(step)
            self._show(step, outcome(answer), problem)

    def make(self, step: Step, id_name: str) -> str:
        """Take a step that makes something; return its id.

        Raises Stopped when it fails, for what comes next needs it.
        """
        answer, problem = self._try(step)
        made_id = "" if problem else str(answer.json.get(id_name))
        if not problem and not _ID.fullmatch(made_id):
            problem = f"there is no {id_name} in the answer"
        self._show(step, outcome(answer), problem)
        if problem:
            message = "what needs it is left out"
            raise Stopped(message)
        return made_id

    def await_(self, step: Step, seconds: float) -> None:
        """Take a step again until what it reads is as expected, or that time is over; show it."""
        until = time.monotonic() + seconds
        answer, problem = self._try(step)
        while problem and answer.status == HTTPStatus.OK and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            answer, problem = self._try(step)
        self._show(step, outcome(answer), problem)

    def remove(self, path: str) -> None:
        """Delete what may be left of a call or a device; say so if that fails."""
        step = Step(f"DELETE {path}", "204", "clean up")
        try:
            answer, _ = self._send(step)
        except https.Unreachable as error:
            left = f"no answer: {error}"
        else:
            if answer.status in _GONE:
                return
            left = outcome(answer)
        self._failed += 1
        print(painted(f"          left behind, until it expires: {shortened(path)} ({left})", RED))

    def verdict(self) -> bool:
        """Sum up; return whether every step succeeded, and there was one."""
        if self._failed:
            print(f"\n{painted(f'FAILED: {self._failed} of {self._taken} steps', RED)}")
        else:
            print(f"\n{painted(f'passed: {self._taken} steps', GREEN)}")
        return self._taken > 0 and not self._failed

    def _try(self, step: Step) -> tuple[Answer, str]:
        """Return the answer, and what is wrong with it, if anything."""
        try:
            answer, correlator = self._send(step)
        except https.Unreachable as error:
            self._show(step, "no answer", str(error))
            message = "nothing more is asked"
            raise Stopped(message) from error
        problem = _problem(step, answer, correlator)
        return answer, f"{problem} (x-correlator {correlator})" if problem else ""

    def _send(self, step: Step) -> tuple[Answer, str]:
        """Return the answer, and the correlator that was sent."""
        headers = {"x-correlator": str(uuid.uuid4()), **step.headers}
        token = self._target.token if step.token is None else step.token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if step.body is not None:
            headers["Content-Type"] = "application/json"
        method, path = step.request.split()
        body = None if step.body is None else json.dumps(step.body)
        answer = https.send(method, f"{self._target.api}{path}", headers, body)
        return answer, headers["x-correlator"]

    def _show(self, step: Step, came: str, problem: str) -> None:
        self._taken += 1
        self._failed += bool(problem)
        verdict = painted("FAILED", RED) if problem else painted("ok    ", GREEN)
        method, path = step.request.split()
        asked = f"{step.why:<32}{method:<7}{shortened(path):<58}"
        print(f"  {verdict}  {asked} {came}", flush=True)
        if problem:
            print(painted(f"          {problem}", RED), flush=True)


def _problem(step: Step, answer: Answer, correlator: str) -> str:
    came = outcome(answer)
    if came != step.expect:
        expected = f"expected {step.expect}"
        return f"{expected}: {step.hint[came]}" if came in step.hint else expected
    if answer.headers.get("x-correlator") != correlator:
        return "the x-correlator was not echoed"
    if answer.status < HTTPStatus.BAD_REQUEST:
        return ""
    body = answer.json
    if set(body) != {"status", "code", "message"} or body["status"] != answer.status:
        return "the error is not in CAMARA's form: status, code, message"
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return "the error is not application/json"
    return ""
