"""Two requests about one call at the same moment: one of them wins, and what becomes of it is its.

The tests also fail when one side always wins, for then they would have shown nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.support.api import Answer
from tests.support.stack.race import Race
from tests.support.stack.subscriber import IN_ANY_HANDS, Line, Subscriber

ROUNDS = 60
FEWER_ROUNDS = 20
"""Of what takes turns in being let off first."""

WON_AND_LOST = [(200, None), (409, "INCOMPATIBLE_STATE")]


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    with ThreadPoolExecutor(2) as pool:
        yield Race(pool)


@pytest.fixture
def calls(line: Line) -> list[str]:
    """A call for every round."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: line.call(), range(ROUNDS)))


def test_both_hang_up(line: Line, race: Race, calls: list[str]) -> None:
    outcomes = Counter[str]()
    for call in calls:
        answers = race.run(partial(line.alice.delete, call), partial(line.bob.delete, call))

        assert sorted(answer.code for answer in answers) == [(204, None), (404, "NOT_FOUND")]
        if answers[0].status == 204:
            outcome, loser = "SessionCancelled", line.bob
        else:
            outcome, loser = "Declined", line.alice
        assert loser.status_of(call) == outcome
        outcomes[outcome] += 1

    assert outcomes.keys() == {"SessionCancelled", "Declined"}, outcomes


def test_one_hangs_up_while_the_other_answers(line: Line, race: Race, calls: list[str]) -> None:
    outcomes = Counter[str]()
    for number, call in enumerate(calls):
        # An answer takes longer than an ending: every other time it gets a head start.
        hang_up = partial(Subscriber.delete if number % 2 else _look_and_delete, line.alice, call)
        ended, answered = race.run(hang_up, partial(line.bob.answer, call))

        assert ended.status == 204
        assert answered.code in {(200, None), (404, "NOT_FOUND")}
        outcome = "Terminated" if answered.status == 200 else "SessionCancelled"
        assert line.bob.status_of(call) == outcome
        outcomes[outcome] += 1

    assert outcomes.keys() == {"SessionCancelled", "Terminated"}, outcomes


@pytest.mark.parametrize(
    ("pass_on", "say_which"),
    [(IN_ANY_HANDS["the same app"], True), (IN_ANY_HANDS["another app"], False)],
    ids=["of the same app, by registrationId", "of another app"],
)
def test_two_phones_pick_up(
    callers: Line,
    race: Race,
    pass_on: Callable[[Subscriber], Subscriber],
    say_which: bool,  # noqa: FBT001
) -> None:
    phones = [callers.bob, pass_on(callers.bob).with_device("tablet")]
    winners = Counter[str]()
    for number in range(FEWER_ROUNDS):
        call = callers.call()
        phones.reverse()
        answers = race.run(
            *(
                partial(
                    phone.answer,
                    call,
                    f"v=0 answer {number} of the {phone.device}",
                    headers=phone.which if say_which else {},
                )
                for phone in phones
            )
        )

        assert sorted(answer.code for answer in answers) == WON_AND_LOST
        winner = phones[0] if answers[0].status == 200 else phones[1]
        settled = {"sdp": f"v=0 answer {number} of the {winner.device}"}
        assert callers.alice.get(call).body["answer"] == settled
        assert winner.get(call).body["answer"] == settled
        assert winner.delete(call, headers=winner.which).status == 204
        winners[winner.device] += 1

    assert winners.keys() == {"phone", "tablet"}, winners


def test_both_offer_anew(callers: Line, race: Race) -> None:
    ends, winners = [callers.alice, callers.bob], Counter[str]()
    for number in range(FEWER_ROUNDS):
        call = callers.call("Connected")
        ends.reverse()
        answers = race.run(
            *(partial(end.offer, call, f"v=0 offer {number} of {end.number}") for end in ends)
        )

        assert sorted(answer.code for answer in answers) == WON_AND_LOST
        winner, loser = ends if answers[0].status == 200 else reversed(ends)
        for end in ends:
            seen = end.get(call).body
            assert seen["offer"] == {"sdp": f"v=0 offer {number} of {winner.number}"}
            assert "answer" not in seen
        # It goes on: the one that has lost answers, and then it is its turn to offer.
        assert loser.answer(call, "v=0 answer").status == 200
        assert winner.get(call).body["answer"] == {"sdp": "v=0 answer"}
        assert loser.offer(call, "v=0 once more").status == 200
        winners[winner.number] += 1

    assert winners.keys() == {end.number for end in ends}, winners


def _look_and_delete(who: Subscriber, call: str) -> Answer:
    who.get(call)
    return who.delete(call)
