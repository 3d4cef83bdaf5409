"""Whether a caller is a party to a session, and what its token must lead to.

A session knows the actors and the devices that it is bound to, so who is one of its parties costs
nothing. Whoever seems to be none is looked up once among the registered devices. Source: CAMARA API
Design Guide, 6.7; ADR 5.
"""

from collections.abc import Callable

from call_handling.legs import Unbound
from call_handling.party import LateActor
from camara.actor import Actor
from camara.caller import Caller
from camara.errors import IdentifierNotFound, InvalidTokenContext


def as_party[T](
    caller: Caller, now: int, act: Callable[[Actor], T], registration_id: str | None = None
) -> T:
    """Return what ``act`` does for the caller, by the device that is named (if one is).

    The receiver may have registered a device since the call was placed (a phone that a notification
    has woken, say): then it acts once more, as a late one. Raises what ``act`` raises, and
    ``IdentifierNotFound`` when ``act`` takes the caller for no party and its number has no device.
    """
    actor = Actor.of(caller)
    try:
        return act(actor)
    except InvalidTokenContext as refusal:
        if actor.number is None:
            raise
        # Few need it, and it would cost every start of DELETE.
        from registration.store import registration_store  # noqa: PLC0415

        register = registration_store().of_number(actor.number)
        if not register.active(now):
            raise IdentifierNotFound from refusal
        since = [
            known.made_at
            for known in register.active_of(actor, now)
            if registration_id in (None, known.registration_id)
        ]
        if not since or not isinstance(refusal, Unbound):
            raise
    return act(LateActor(actor.number, actor.client, actor.user, registered_at=min(since)))
