"""Clients whose requests to DynamoDB are let through one at a time, in an order that is given."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Condition, Thread, current_thread
from typing import Any

import pytest
from botocore.client import BaseClient

from camara.errors import CamaraError

_SECONDS = 10
ORDERS = ([0], [9, 0], [3, 1, 4, 1, 5, 9, 2, 6], list(range(10)))
every_order = pytest.mark.parametrize("order", ORDERS, ids=str)


class Turnstile:
    """Runs actions in threads of their own; each waits before every request until it is let."""

    def __init__(self, actions: Sequence[Callable[[], Any]]) -> None:
        self._changed = Condition()
        self._waiting = dict.fromkeys(range(len(actions)), False)
        self._turn: int | None = None
        self._threads = [
            Thread(target=self._run, args=(number, action), name=str(number), daemon=True)
            for number, action in enumerate(actions)
        ]
        self.outcomes: list[Any] = [None] * len(actions)
        self._real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def let_through(self, order: Sequence[int], after_each: Callable[[], None]) -> None:
        """Let one request after another through, whose is said by ``order`` (taken round).

        Raises what an action raises unforeseen, and ``TimeoutError`` if one neither asks nor ends.
        """
        for thread in self._threads:
            thread.start()
        step = 0
        while self._waiting:
            self._await(lambda: self._turn is None and all(self._waiting.values()))
            if not self._waiting:
                break
            choices = sorted(self._waiting)
            with self._changed:
                self._turn = choices[order[step % len(order)] % len(choices)]
                self._changed.notify_all()
            self._await(lambda: self._turn is None)
            after_each()
            step += 1
        for outcome in self.outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    def request(self, client: Any, name: str, arguments: dict[str, Any]) -> Any:
        """Stand in for botocore's method that makes a request."""
        number = current_thread().name
        if not number.isdecimal():
            return self._real(client, name, arguments)
        self._await_turn(int(number))
        try:
            return self._real(client, name, arguments)
        finally:
            self._done(int(number))

    def _run(self, number: int, action: Callable[[], Any]) -> None:
        try:
            self.outcomes[number] = action()
        except Exception as error:  # noqa: BLE001 - raised again where the actions are let through
            self.outcomes[number] = error
        with self._changed:
            del self._waiting[number]
            self._changed.notify_all()

    def _await_turn(self, number: int) -> None:
        with self._changed:
            self._waiting[number] = True
            self._changed.notify_all()
        self._await(lambda: self._turn == number)

    def _done(self, number: int) -> None:
        with self._changed:
            self._waiting[number] = False
            self._turn = None
            self._changed.notify_all()

    def _await(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, _SECONDS):
                raise TimeoutError


def _outcome_of(action: Callable[[], Any]) -> Callable[[], Any]:
    def act() -> Any:
        try:
            return action()
        except CamaraError as refusal:
            return type(refusal)

    return act


def race(
    actions: Sequence[Callable[[], Any]],
    order: Sequence[int],
    after_each: Callable[[], None] = lambda: None,
) -> Counter[Any]:
    """Let all act at once, request by request in this order; count what becomes of them."""
    turnstile = Turnstile([_outcome_of(action) for action in actions])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", _through(turnstile))
        patched.setattr("time.sleep", lambda _: None)
        turnstile.let_through(order, after_each)
    return Counter(turnstile.outcomes)


def _through(turnstile: Turnstile) -> Callable[..., Any]:
    def request(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return turnstile.request(client, name, arguments)

    return request
