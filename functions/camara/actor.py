"""Who acts: a user of a number through an API client, or a client alone."""

from dataclasses import dataclass
from typing import Self

from camara.caller import Caller
from camara.errors import IdentifierNotFound
from camara.identity import (
    ActorKey,
    ClientKey,
    SubscriberKey,
    UserKey,
    derive_actor_key,
    derive_client_key,
    derive_subscriber_key,
    derive_user_key,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A user of a subscriber's number through a client, or a client alone.

    A token that names no subscriber (a two-legged one) stands for its client alone. To one actor,
    what belongs to another looks as if it did not exist.
    """

    subscriber_key: SubscriberKey | None
    client: ClientKey
    user: UserKey | None = None

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Return whom a token stands for.

        Raises ``IdentifierNotFound`` for one that names neither subscriber nor client.
        """
        client = derive_client_key(caller.client_id)
        if caller.subscriber is not None:
            user = derive_user_key(caller.user or caller.subscriber)
            return cls(derive_subscriber_key(caller.subscriber), client, user)
        if caller.client_id is None:
            raise IdentifierNotFound
        return cls(None, client)

    @property
    def key(self) -> ActorKey:
        """The actor's key: a client alone is its own."""
        if self.subscriber_key is None:
            return self.client
        return derive_actor_key(self.subscriber_key, self.client, self.user or UserKey(""))
