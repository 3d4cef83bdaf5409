"""The tour: devices register, calls end in each way a call can end, and what is refused, over HTTP.

What the devices are notified of is shown beside it, and is to be what has happened, once, in order;
whose webhook fails for a while hears the latest then.

The devices are the same in every tour, so that one can find and remove what another, cut short, has
left behind.
"""

from infra.local import tour_calls, tour_refusals, tour_sinks
from infra.local.people import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, TABLET
from infra.local.settings import Settings
from infra.local.stack_file import Stack
from infra.local.tour_guide import TourGuide
from infra.local.webhook import serving

_RING_SECONDS = 10
"""Long enough for every other scene, short enough to wait for."""


def settings_for(settings: Settings) -> Settings:
    """Return settings under which a forgotten call ends while the tour is played."""
    return settings.with_default("RingTimeoutSeconds", str(_RING_SECONDS))


def play(stack: Stack) -> bool:
    """Play the tour; return whether every answer was the expected one."""
    with serving() as webhook:
        return _play(stack, TourGuide(stack, webhook))


def _play(stack: Stack, guide: TourGuide) -> bool:
    guide.welcome()
    guide.tidy(ALICE, BOB, TABLET, CAROL, DAVE, ERIN, FRANK)
    tour_calls.registered(guide)
    made = tour_calls.subscribed(guide)
    sweeps = stack.ring_timeout_seconds <= _RING_SECONDS
    forgotten, forgotten_at = tour_calls.rings_unheard(guide) if sweeps else ("", 0.0)
    tour_calls.cancelled(guide)
    tour_calls.declined(guide)
    tour_calls.terminated(guide)
    tour_calls.answered_elsewhere(guide)
    tour_calls.handed_over(guide)
    tour_sinks.failed(guide)
    tour_refusals.refused_tokens(guide)
    tour_refusals.refused_requests(guide)
    if sweeps:
        tour_calls.swept(guide, stack, forgotten, forgotten_at + stack.ring_timeout_seconds)
    else:
        guide.announce(
            f"Left out: a forgotten call, for here it rings {stack.ring_timeout_seconds} s"
        )
    tour_calls.deregistered(guide)
    tour_calls.unsubscribed(guide, made)
    return guide.farewell()
