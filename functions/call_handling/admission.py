"""Whether a caller is a party to a session, and what its token must lead to.

A session knows the clients that it is bound to, so who is one of its parties costs nothing. Whoever
seems to be none is looked up once among the registered devices. Source: CAMARA API Design Guide,
6.7; ADR 5.
"""

from collections.abc import Callable

from call_handling.party import Actor
from call_handling.session import UnboundClient
from camara.caller import Caller
from camara.errors import IdentifierNotFound, InvalidTokenContext


def as_party[T](caller: Caller, now: int, act: Callable[[Actor], T]) -> T:
    """Return what ``act`` does for the caller.

    The receiver may have registered a device through another client since the call began (a phone
    that a notification has woken, say): then it acts once more, as a late one. Raises what ``act``
    raises, and ``IdentifierNotFound`` when ``act`` takes the caller for no party and it has no
    device.
    """
    actor = Actor.of(caller)
    try:
        return act(actor)
    except InvalidTokenContext as refusal:
        if actor.party is None:
            raise
        # Few need it, and it would cost every start of DELETE.
        from registration.store import registration_store  # noqa: PLC0415

        devices = registration_store().of_number(actor.party).active(now)
        if not devices:
            raise IdentifierNotFound from refusal
        own = any(device.client == actor.client for device in devices)
        if not (own and isinstance(refusal, UnboundClient)):
            raise
    return act(actor._replace(late=True))
