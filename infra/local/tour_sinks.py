"""A scene of the tour in which a webhook fails, and hears the latest once it works again."""

from infra.local.inbox import Heard
from infra.local.people import ALICE, DAVE, offer
from infra.local.tour_calls import ANSWERED, CALL, INVITATION, STATUS, gives_up, path_of
from infra.local.tour_guide import Step, TourGuide

_SHOWN_SECONDS = 30
"""After how long a subscription shows, at the latest, whether its sink fails."""


def failed(guide: TourGuide) -> None:
    """Let a webhook fail while a call goes on."""
    guide.announce("Alice calls Dave, his webhook fails: he hears the latest once it works again")
    guide.register(DAVE)
    made = [guide.subscribe(DAVE, event) for event in (INVITATION, STATUS)]
    created = guide.take(Step(ALICE, CALL, "201 Initial", body=offer(ALICE, DAVE)))
    call = path_of(created)
    guide.hear(call, Heard(DAVE, INVITATION, 1, "New incoming call"))
    guide.fail(DAVE)
    guide.take(Step(DAVE, f"PUT {call}/status", "200 Ringing", body={"status": "Ringing"}))
    guide.hear(call, Heard(ALICE, STATUS, 2, "Call rings"))
    fails = Step(DAVE, f"GET {made[1]}", "200 INACTIVE", "his webhook has failed, and is probed")
    guide.await_(fails, _SHOWN_SECONDS)
    guide.take(Step(DAVE, f"PUT {call}/status", "200 Connected", body=ANSWERED))
    guide.hear(call, Heard(ALICE, STATUS, 3, "Call answered"))
    guide.work(DAVE)
    guide.hear(call, Heard(DAVE, STATUS, 3, "Call answered"))
    works = Step(DAVE, f"GET {made[1]}", "200 ACTIVE", "it has taken a probe: the latest, not all")
    guide.await_(works, _SHOWN_SECONDS)
    guide.take(Step(ALICE, f"DELETE {call}", "204"))
    guide.hear(
        call,
        *(Heard(each, STATUS, 4, "Call terminated by originator") for each in (ALICE, DAVE)),
    )
    gives_up(guide, DAVE, made)
    guide.take(Step(DAVE, f"DELETE {guide.registration(DAVE)}", "204"))
