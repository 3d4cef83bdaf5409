import pytest

from call_handling.call import Call, Media
from call_handling.party import Actor
from call_handling.session import Change
from call_handling.status import Status
from camara.errors import NotFound
from tests.support.builders import (
    ALICE_ACTS,
    ALICE_KEY,
    BOB_ACTS,
    BOB_KEY,
    EVE_ACTS,
    NOW,
    TIMEOUTS,
    a_location,
    a_placed_call,
    a_session,
)


def put(call: Call, actor: Actor, change: Change, now: int = NOW) -> Call:
    return call.changed(actor, change, devices=(), write_id="w", now=now, timeouts=TIMEOUTS)


def test_before_the_answer_the_offer_is_the_originators_and_the_answer_the_receivers() -> None:
    ringing = a_placed_call(a_session(Status.RINGING))
    both = Change(Status.RINGING, offer="offer-2", answer="answer-2")

    assert put(ringing, ALICE_ACTS, both).media == Media("offer-2", None)
    assert put(ringing, BOB_ACTS, both).media == Media("offer-1", "answer-2")


def test_an_answer_that_does_not_count_answers_nothing() -> None:
    after = put(a_placed_call(a_session()), ALICE_ACTS, Change(Status.RINGING, answer="answer-2"))

    assert after.session.has_answer is False


@pytest.mark.parametrize("actor", [ALICE_ACTS, BOB_ACTS])
def test_an_answered_call_is_renegotiated_by_either_party(actor: Actor) -> None:
    both = Change(Status.CONNECTED, offer="offer-2", answer="answer-2")

    after = put(a_placed_call(a_session(Status.CONNECTED)), actor, both)

    assert after.media == Media("offer-2", "answer-2")


def test_each_party_has_its_own_location() -> None:
    near, far = a_location(), a_location(method="Other")
    call = put(a_placed_call(a_session()), ALICE_ACTS, Change(Status.RINGING, location=near))
    call = put(call, BOB_ACTS, Change(Status.RINGING, location=far))

    assert call.media.locations == {ALICE_KEY: near, BOB_KEY: far}


def test_an_ending_brings_no_media() -> None:
    change = Change(Status.BUSY, answer="answer-2", location=a_location())

    after = put(a_placed_call(a_session()), BOB_ACTS, change)

    assert after.media == Media("offer-1")
    assert after.session.has_answer is False


def test_media_outlives_the_session_and_is_rarely_touched() -> None:
    call = a_placed_call(a_session(Status.CONNECTED))
    spare = TIMEOUTS.ring
    soon = put(call, ALICE_ACTS, Change(Status.CONNECTED), NOW + spare)
    late = put(call, ALICE_ACTS, Change(Status.CONNECTED), NOW + spare + 1)

    assert soon.media_expires_at == call.media_expires_at == soon.session.expires_at
    assert late.media_expires_at == late.session.expires_at + TIMEOUTS.answered


def test_a_change_keeps_the_invitation_and_names_its_write() -> None:
    call = a_placed_call(a_session())
    after = put(call, BOB_ACTS, Change(Status.PROCEEDING))

    assert after.invitation == call.invitation
    assert after.session.write_id == "w"


@pytest.mark.parametrize("actor", [ALICE_ACTS, BOB_ACTS, EVE_ACTS])
def test_after_the_retention_nobody_changes_it(actor: Actor) -> None:
    over = put(a_placed_call(a_session()), BOB_ACTS, Change(Status.BUSY))

    with pytest.raises(NotFound):
        put(over, actor, Change(Status.CONNECTED), NOW + TIMEOUTS.ended_retention)
