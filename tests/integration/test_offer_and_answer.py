"""SDP through the store: renegotiated, read as shown, and each step taken once if repeated.

Who may offer and answer when is decided in the domain: ``tests/unit/test_negotiation.py``.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import Answer, a_call, get, put
from tests.support.builders import ALICE, BOB, OFFER
from tests.support.clients import ANSWER, FORBIDDEN_BY_THE_STATE, sdp, session
from tests.support.faulty_dynamodb import FaultyDynamoDB
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.table import items, unchanged

each_end_first = pytest.mark.parametrize(("first", "second"), [(ALICE, BOB), (BOB, ALICE)])

type Step = tuple[str, dict[str, Any]]

STEPS: dict[str, tuple[list[Step], Step]] = {
    "another offer": ([], (ALICE, sdp("Ringing", offer="offer 2"))),
    "an early answer": ([], (BOB, sdp("Ringing", answer="early"))),
    "the answer": ([], (BOB, ANSWER)),
    "an early one": ([(BOB, sdp("Ringing", answer="early"))], (BOB, sdp())),
    "an offer": ([(BOB, ANSWER)], (ALICE, sdp(offer="offer 2"))),
    "its answer": ([(BOB, ANSWER), (ALICE, sdp(offer="offer 2"))], (BOB, sdp(answer="answer 2"))),
    "an offer back": (
        [(BOB, ANSWER), (ALICE, sdp(offer="offer 2")), (BOB, sdp(answer="answer 2"))],
        (BOB, sdp("Hold", offer="offer 3")),
    ),
    "both": (
        [(BOB, ANSWER), (ALICE, sdp(offer="offer 2"))],
        (BOB, sdp(offer="offer 2", answer="answer 2")),
    ),
    "a cancel": ([], (ALICE, sdp("SessionCancelled"))),
    "a refusal": ([], (BOB, sdp("Busy"))),
    "a hang-up": ([(BOB, ANSWER)], (ALICE, sdp("Terminated"))),
}
every_step = pytest.mark.parametrize("step", STEPS)


def shown(call: str) -> tuple[str | None, str | None]:
    """Return offer and answer as both ends see them."""
    bodies = [get(party, call).body for party in (ALICE, BOB)]
    offers, answers = (
        {body.get(name, {}).get("sdp") for body in bodies} for name in ("offer", "answer")
    )
    (offer,), (answer,) = offers, answers
    return offer, answer


def before(step: str) -> tuple[str, Callable[[], Answer]]:
    """Take all steps before this one; return the call, and what takes the step."""
    earlier, (party, body) = STEPS[step]
    call = a_call()
    for who, what in earlier:
        assert put(who, call, what).status == 200
    return call, lambda: put(party, call, body)


@each_end_first
def test_a_renegotiation_is_stored_as_it_is_shown(
    clock: FakeClock, first: str, second: str
) -> None:
    call = a_call("Connected")
    assert shown(call) == (OFFER, "v=0 answer")
    assert "answer" not in put(first, call, sdp("Hold", offer="offer 2")).body
    assert shown(call) == ("offer 2", None)

    clock.now += 31
    with unchanged():
        assert put(second, call, sdp("Hold", offer="offer 3")).code == FORBIDDEN_BY_THE_STATE
        assert put(first, call, sdp("Hold", answer="its own")).status == 200
    clock.now += 1
    assert put(second, call, sdp("Resume", offer="offer 3")).status == 200
    with unchanged():
        assert put(first, call, sdp("Resume", offer="offer 4")).code == FORBIDDEN_BY_THE_STATE
    assert put(first, call, sdp("Resume", offer="offer 3", answer="v=0 answer")).status == 200

    assert (shown(call), session(call).status) == (("offer 3", "v=0 answer"), "Resume")
    with unchanged():
        assert put(first, call, sdp("Hold", answer="another")).code == FORBIDDEN_BY_THE_STATE
        assert put(first, call, get(first, call).body).status == 200
    assert put(second, call, sdp("Hold", offer="offer 4")).status == 200


@each_end_first
def test_an_offer_that_meets_the_other_ends_is_decided_again(
    monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    call = a_call("Connected")
    just_before(monkeypatch, "TransactWriteItems", lambda: put(first, call, sdp(offer="offer 2")))

    assert put(second, call, sdp(offer="offer 3")).code == FORBIDDEN_BY_THE_STATE
    assert shown(call) == ("offer 2", None)


def test_before_the_answer_the_originator_replaces_its_offer_and_the_receiver_has_none() -> None:
    call = a_call()
    with unchanged():
        assert put(ALICE, call, sdp("Ringing", answer="answer")).status == 200
        assert put(BOB, call, sdp("Ringing", offer="offer 2")).status == 200

    for offer in ("offer 2", "offer 3"):
        assert put(ALICE, call, sdp("Ringing", offer=offer)).status == 200
    assert shown(call) == ("offer 3", None)
    whole = get(BOB, call).body | ANSWER | {"offer": {"sdp": "its own"}}
    assert put(BOB, call, whole).body["offer"] == {"sdp": "offer 3"}
    assert shown(call) == ("offer 3", "v=0 answer")


@every_step
def test_a_step_that_is_repeated_is_told_the_same(step: str) -> None:
    _, take = before(step)
    first = take()

    with unchanged():
        for _ in range(2):
            again = take()
            assert (again.status, again.body) == (first.status, first.body) == (200, first.body)


@every_step
@pytest.mark.parametrize(("lost", "told"), [(1, 200), (2, 200), (3, 503)])
def test_a_step_whose_answer_was_lost_is_taken_once(
    dynamo: FaultyDynamoDB, step: str, lost: int, told: int
) -> None:
    call, take = before(step)
    version = session(call).version
    reads = 2 if step in {"the answer", "an early one"} else 1
    dynamo.lose_answers(lost, after=reads)

    assert take().status == told
    assert dynamo.requests == reads + min(lost + 1, 3)
    after = items()
    assert session(call).version == version + 1
    assert take().status == 200
    assert items() == after
