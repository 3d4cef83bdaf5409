"""Who acts: a user of a number through an API client, or a client alone."""

from dataclasses import dataclass
from typing import Self

from camara.caller import Caller
from camara.errors import IdentifierNotFound
from camara.identity import actor_key, client_key, subscriber_key, user_key


@dataclass(frozen=True, slots=True)
class Actor:
    """``number``, ``client`` and ``user`` are keys (``camara.identity``).

    A token that names no subscriber (a two-legged one) stands for its client alone: it has neither
    number nor user. To one actor, what belongs to another looks as if it did not exist.
    """

    number: str | None
    client: str
    user: str | None = None

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return whom a token stands for.

        Raises ``IdentifierNotFound`` for one that names neither subscriber nor client.
        """
        client = client_key(caller.client_id)
        if caller.subscriber is not None:
            user = user_key(caller.user or caller.subscriber)
            return cls(subscriber_key(caller.subscriber), client, user)
        if caller.client_id is None:
            raise IdentifierNotFound
        return cls(None, client)

    @property
    def key(self) -> str:
        """The actor as 11 characters: a client alone is its own key."""
        if self.number is None:
            return self.client
        return actor_key(self.number, self.client, self.user or "")
