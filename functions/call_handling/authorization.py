"""Authorisation: let the caller act on a session, or say why it may not.

The session lists its actors, so for one of them no further request is made. Only a caller that is
refused is looked up, once, among the registrations of its own number. Source: CAMARA API Design
Guide, 6.7; ADR 5.
"""

from collections.abc import Callable

from call_handling.call_actor import LateActor
from call_handling.legs import Unbound
from camara.actor import Actor
from camara.caller import Caller
from camara.errors import IdentifierNotFound, InvalidTokenContext
from camara.unix_time import UnixSeconds


def act_for[T](
    caller: Caller, now: UnixSeconds, act: Callable[[Actor], T], registration_id: str | None = None
) -> T:
    """Call ``act`` with the caller's actor; return its result.

    When it refuses an actor of the receiver, that may have registered a device since the call was
    placed (a phone that a notification has woken, say): then ``act`` is called once more, with a
    ``LateActor``. Raises what ``act`` raises, and ``IdentifierNotFound`` when the caller is refused
    and its number has no device.
    """
    actor = Actor.of(caller)
    try:
        return act(actor)
    except InvalidTokenContext as refusal:
        if actor.subscriber_key is None:
            raise
        # Imported only here: few requests need it, and every cold start of DELETE would pay for it.
        from registration.store import registration_store  # noqa: PLC0415

        register = registration_store().of_subscriber(actor.subscriber_key)
        if not register.active(now):
            raise IdentifierNotFound from refusal
        own = register.active_of(actor, now, registration_id)
        if not own or not isinstance(refusal, Unbound):
            raise
    since = min(known.made_at for known in own)
    return act(LateActor(actor.subscriber_key, actor.client, actor.user, registered_at=since))
