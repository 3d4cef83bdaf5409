"""Who acts on a session: a subscriber through an API client."""

from typing import NamedTuple, Self

from camara.caller import Caller
from camara.errors import IdentifierNotFound
from camara.identity import client_key, subscriber_key

NETWORK = "network"


class Actor(NamedTuple):
    """A subscriber (``None`` for a two-legged token, which names none) through a client.

    Both are keys (``camara.identity``). A ``late`` one has registered its device after the call had
    begun, so that the call knows nothing of the client yet.
    """

    party: str | None
    client: str
    late: bool = False

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Raise ``IdentifierNotFound`` for a token that names neither."""
        if caller.subscriber is not None:
            return cls(subscriber_key(caller.subscriber), client_key(caller.client_id))
        if caller.client_id is None:
            raise IdentifierNotFound
        return cls(None, client_key(caller.client_id))

    @property
    def key(self) -> str:
        """The actor's name in ``endings``, at most 34 of the 255 characters that it may have."""
        return f"{self.party or ''}.{'' if self.late else self.client}"
