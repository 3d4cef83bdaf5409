"""A queue of SQS as a value: first in, first out for each group, or not; what is taken is hidden.

What is sent to a FIFO queue is known again for five minutes.
"""

from collections.abc import Callable
from typing import NamedTuple, Self

_KNOWN_AGAIN_FOR = 300


class Message(NamedTuple):
    """``name`` is its own; ``times`` it was taken, and hidden it is while somebody has it.

    ``behind`` are the sessions that no index showed when it was sent with a delay: those it waits
    for.
    """

    name: str
    body: str
    group: str
    due: int
    behind: frozenset[str] = frozenset()
    times: int = 0
    hidden: bool = False


class Queue(NamedTuple):
    """Its messages, and the names of what was sent lately, and when."""

    is_fifo: bool
    messages: tuple[Message, ...] = ()
    sent: tuple[tuple[str, int], ...] = ()

    def send(self, message: Message, now: int) -> Self:
        """Queue a message; not what a FIFO queue has been sent in the last five minutes.

        Another queue numbers those of one name.
        """
        if not self.is_fifo:
            before = sum(name == message.name for name, _ in self.sent)
            numbered = message._replace(name=f"{message.name} {before}")
            return self._replace(
                messages=tuple(sorted((*self.messages, numbered))),
                sent=tuple(sorted((*self.sent, (message.name, 0)))),
            )
        sent = [(name, at) for name, at in self.sent if now - at < _KNOWN_AGAIN_FOR]
        if message.name in [name for name, _ in sent]:
            return self
        names = tuple(sorted([*sent, (message.name, now)]))
        return self._replace(messages=(*self.messages, message), sent=names)

    def to_take(self, missing: frozenset[str]) -> list[Message]:
        """Return what may be taken, then or when it is due.

        ``missing`` are the sessions that no index shows yet.
        """
        heads: dict[str, Message] = {}
        for message in self.messages:
            heads.setdefault(message.group if self.is_fifo else message.name, message)
        return [head for head in heads.values() if not head.hidden and not head.behind & missing]

    def take(self, name: str) -> Self:
        """Hide a message; it has been taken once more."""
        return self._changed(
            name, lambda message: message._replace(hidden=True, times=message.times + 1)
        )

    def put_back(self, name: str, due: int) -> Self:
        """Show it again, from ``due`` on."""
        return self._changed(name, lambda message: message._replace(hidden=False, due=due))

    def remove(self, name: str) -> Self:
        """Delete a message."""
        left = tuple(message for message in self.messages if message.name != name)
        return self._replace(messages=left)

    def _changed(self, name: str, change: Callable[[Message], Message]) -> Self:
        messages = [change(each) if each.name == name else each for each in self.messages]
        return self._replace(messages=tuple(messages))
