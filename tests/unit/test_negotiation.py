"""Whose offer stands, and whose answer: everything that either end may send, in every state."""

import pytest

from call_handling.legs import Answerer
from call_handling.negotiation import (
    Descriptions,
    Negotiated,
    Negotiation,
    before_answer,
    renegotiate,
    settle,
)
from call_handling.status import Role
from camara.errors import IncompatibleState
from tests.support.builders import NOW, an_answerer

ORIGINATOR, RECEIVER = Role
OTHER = {ORIGINATOR: RECEIVER, RECEIVER: ORIGINATOR}
both_ends = pytest.mark.parametrize("role", Role)
PHONE, TABLET = an_answerer("phone", "device-1"), an_answerer("tablet", "device-2")

UNANSWERED = Negotiation()
EARLY = Negotiation(has_answer=True, early_by=PHONE)
SETTLED = Negotiation(has_answer=True)

NOTHING = Descriptions()
OFFER = Descriptions("offer-1")
AGREED = Descriptions("offer-1", "answer-1")


def offered(by: Role, at: int = NOW) -> Negotiation:
    return Negotiation(offered_by=by, offered_at=at)


class TestBeforeAnswer:
    @pytest.mark.parametrize(("state", "shown"), [(UNANSWERED, OFFER), (EARLY, AGREED)])
    @pytest.mark.parametrize(
        ("sent", "offer"),
        [
            (NOTHING, "offer-1"),
            (Descriptions(answer="answer-2"), "offer-1"),
            (Descriptions("offer-1"), "offer-1"),
            (Descriptions("offer-2"), "offer-2"),
            (Descriptions("offer-2", "answer-2"), "offer-2"),
        ],
    )
    def test_the_originator_offers_and_answers_nothing(
        self, state: Negotiation, shown: Descriptions, sent: Descriptions, offer: str
    ) -> None:
        after = before_answer(state, shown, ORIGINATOR, sent, TABLET)

        assert after == Negotiated(state, Descriptions(offer, shown.answer))

    @pytest.mark.parametrize(("state", "shown"), [(UNANSWERED, OFFER), (EARLY, AGREED)])
    @pytest.mark.parametrize("offer", [None, "offer-2"])
    def test_the_receiver_answers_early_and_offers_nothing(
        self, state: Negotiation, shown: Descriptions, offer: str | None
    ) -> None:
        after = before_answer(state, shown, RECEIVER, Descriptions(offer, "answer-2"), TABLET)

        early = Negotiation(has_answer=True, early_by=TABLET)
        assert after == Negotiated(early, Descriptions("offer-1", "answer-2"))

    @pytest.mark.parametrize(("state", "shown"), [(UNANSWERED, OFFER), (EARLY, AGREED)])
    @pytest.mark.parametrize("sent", [NOTHING, Descriptions("offer-2")])
    def test_a_receiver_that_sends_no_answer_changes_none(
        self, state: Negotiation, shown: Descriptions, sent: Descriptions
    ) -> None:
        assert before_answer(state, shown, RECEIVER, sent, TABLET) == Negotiated(state, shown)


class TestSettle:
    @pytest.mark.parametrize(("state", "shown"), [(UNANSWERED, OFFER), (EARLY, AGREED)])
    @pytest.mark.parametrize("by", [PHONE, TABLET])
    def test_the_answer_of_who_connects_is_the_answer(
        self, state: Negotiation, shown: Descriptions, by: Answerer
    ) -> None:
        after = settle(state, shown, "answer-2", by)

        assert after == Negotiated(SETTLED, Descriptions("offer-1", "answer-2"))

    @pytest.mark.parametrize("by", [PHONE, an_answerer("phone")])
    def test_without_one_it_is_the_early_one_of_the_same_device(self, by: Answerer) -> None:
        assert settle(EARLY, AGREED, None, by) == Negotiated(SETTLED, AGREED)

    @pytest.mark.parametrize(
        ("state", "shown", "by"),
        [
            pytest.param(UNANSWERED, OFFER, PHONE, id="no answer at all"),
            pytest.param(EARLY, AGREED, TABLET, id="another actor's"),
            pytest.param(EARLY, AGREED, an_answerer("phone", "device-3"), id="another device's"),
            pytest.param(EARLY, AGREED, an_answerer("app", "device-1"), id="by another actor"),
        ],
    )
    def test_without_either_nothing_is_settled(
        self, state: Negotiation, shown: Descriptions, by: Answerer
    ) -> None:
        with pytest.raises(IncompatibleState):
            settle(state, shown, None, by)


class TestRenegotiate:
    @both_ends
    @pytest.mark.parametrize("answer", [None, "answer-1", "answer-2"])
    def test_either_end_offers_and_the_old_answer_is_shown_no_longer(
        self, role: Role, answer: str | None
    ) -> None:
        """Nobody answers his own offer, so an answer beside it counts for nothing."""
        after = renegotiate(SETTLED, AGREED, role, Descriptions("offer-2", answer), NOW)

        assert after == Negotiated(offered(role), Descriptions("offer-2"))

    @both_ends
    @pytest.mark.parametrize("seconds", [0, 31, 32, 1000])
    @pytest.mark.parametrize("offer", [None, "offer-1"])
    @pytest.mark.parametrize("answer", ["answer-1", "answer-2"])
    def test_the_other_end_answers_however_late(
        self, role: Role, seconds: int, offer: str | None, answer: str
    ) -> None:
        sent = Descriptions(offer, answer)

        after = renegotiate(offered(OTHER[role]), OFFER, role, sent, NOW + seconds)

        assert after == Negotiated(SETTLED, Descriptions("offer-1", answer))

    @both_ends
    @pytest.mark.parametrize(
        "sent", [NOTHING, Descriptions("offer-1"), Descriptions(answer="answer-1"), AGREED]
    )
    def test_what_is_shown_already_changes_nothing(self, role: Role, sent: Descriptions) -> None:
        assert renegotiate(SETTLED, AGREED, role, sent, NOW) == Negotiated(SETTLED, AGREED)

    @both_ends
    @pytest.mark.parametrize("sent", [NOTHING, Descriptions("offer-1")])
    def test_an_offer_stands_while_nothing_new_is_sent(
        self, role: Role, sent: Descriptions
    ) -> None:
        for by in (role, OTHER[role]):
            state = offered(by)
            assert renegotiate(state, OFFER, role, sent, NOW + 1000) == Negotiated(state, OFFER)

    @both_ends
    @pytest.mark.parametrize("offer", [None, "offer-1"])
    def test_an_answer_by_who_offered_changes_nothing(self, role: Role, offer: str | None) -> None:
        sent, state = Descriptions(offer, "answer-2"), offered(role)

        assert renegotiate(state, OFFER, role, sent, NOW + 1) == Negotiated(state, OFFER)

    @both_ends
    @pytest.mark.parametrize("seconds", [0, 1, 31, 32])
    @pytest.mark.parametrize("answer", [None, "answer-2"])
    def test_who_offered_may_offer_anew_but_stands_no_longer_for_that(
        self, role: Role, seconds: int, answer: str | None
    ) -> None:
        """Else whoever goes on offering would keep the other end from it for ever."""
        sent = Descriptions("offer-2", answer)

        anew = renegotiate(offered(role), OFFER, role, sent, NOW + seconds)

        assert anew == Negotiated(offered(role), Descriptions("offer-2"))
        others = Descriptions("offer-3")
        with pytest.raises(IncompatibleState):
            renegotiate(*anew, OTHER[role], others, NOW + 31)
        assert renegotiate(*anew, OTHER[role], others, NOW + 32).shown == others

    @both_ends
    @pytest.mark.parametrize("seconds", [0, 31])
    def test_nobody_offers_while_the_other_ends_offer_stands(
        self, role: Role, seconds: int
    ) -> None:
        with pytest.raises(IncompatibleState):
            renegotiate(offered(OTHER[role]), OFFER, role, Descriptions("offer-2"), NOW + seconds)

    @both_ends
    def test_an_offer_that_nobody_answers_is_replaced(self, role: Role) -> None:
        after = renegotiate(offered(OTHER[role]), OFFER, role, Descriptions("offer-2"), NOW + 32)

        assert after == Negotiated(offered(role, NOW + 32), Descriptions("offer-2"))

    @both_ends
    @pytest.mark.parametrize("seconds", [0, 31, 32, 1000])
    def test_an_answer_to_an_offer_that_stands_no_longer_is_refused(
        self, role: Role, seconds: int
    ) -> None:
        sent = Descriptions("offer-2", "answer-2")

        with pytest.raises(IncompatibleState):
            renegotiate(offered(OTHER[role]), OFFER, role, sent, NOW + seconds)

    @both_ends
    @pytest.mark.parametrize("offer", [None, "offer-1"])
    def test_an_answer_to_nothing_is_refused(self, role: Role, offer: str | None) -> None:
        """Else two devices that answer at once would both believe that they have been heard."""
        with pytest.raises(IncompatibleState):
            renegotiate(SETTLED, AGREED, role, Descriptions(offer, "answer-2"), NOW)
