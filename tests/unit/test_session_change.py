"""What a change of a session is called, in words and in SIP."""

from typing import Any

import pytest

from call_handling.call_actor import NETWORK
from call_handling.item import session_item
from call_handling.session import Session, SessionEnd
from call_handling.status import ANSWERED, OVER, Status
from camara.identity import derive_late_actor_key
from notifications.session_change import SessionChange
from tests.support.builders import (
    ALICE_ACTS,
    BOB,
    BOB_ACTS,
    BOB_KEY,
    NOW,
    a_registration,
    a_session,
    an_actor,
    legs,
)


def change(before: Session | None, after: Session, **attributes: Any) -> SessionChange:
    old = None if before is None else session_item(before)
    made = SessionChange.from_images(session_item(after) | attributes, old)
    assert made is not None
    return made


def ended(status: Status, by: str, **attributes: Any) -> SessionChange:
    before = Status.CONNECTED if status is Status.TERMINATED else Status.RINGING
    return change(
        a_session(before, version=4),
        a_session(status, version=5, ended=SessionEnd(by, NOW)),
        **attributes,
    )


def test_the_first_change_is_an_invitation() -> None:
    made = change(None, a_session(Status.INITIAL))

    assert made.is_invitation
    assert (made.before, made.ended_by, made.reason) == (None, None, "New incoming call")
    assert made.sip == {"method": "INVITE"}


def test_what_has_the_same_version_is_no_change() -> None:
    image = session_item(a_session(version=3))

    assert SessionChange.from_images(image, image) is None


def test_a_change_knows_what_was_before() -> None:
    before, after = a_session(version=2), a_session(Status.CONNECTED, version=3)
    made = change(before, after)

    assert not made.is_invitation
    assert (made.session, made.before) == (after, Status.RINGING)
    assert made.ended_by is None


@pytest.mark.parametrize(
    ("status", "by", "reason"),
    [
        (Status.SESSION_CANCELLED, ALICE_ACTS.key, "Call cancelled by originator"),
        (Status.DECLINED, BOB_ACTS.key, "Call declined by receiver"),
        (Status.DECLINED, derive_late_actor_key(BOB_KEY), "Call declined by receiver"),
        (Status.TERMINATED, ALICE_ACTS.key, "Call terminated by originator"),
        (Status.TERMINATED, BOB_ACTS.key, "Call terminated by receiver"),
        (Status.BUSY, BOB_ACTS.key, "Receiver busy"),
        (Status.NOT_REACHABLE, BOB_ACTS.key, "Receiver not reachable"),
        (Status.NO_ANSWER, BOB_ACTS.key, "Call not answered"),
        (Status.FAILED, ALICE_ACTS.key, "Call failed, reported by originator"),
    ],
)
def test_an_end_says_who_ended_it(status: Status, by: str, reason: str) -> None:
    assert ended(status, by).reason == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.NO_ANSWER, "Call not answered: deadline passed"),
        (Status.TERMINATED, "Call terminated by network: deadline passed"),
    ],
)
def test_the_network_ends_for_a_reason(status: Status, reason: str) -> None:
    made = ended(status, NETWORK, endReason={"S": "deadline passed"})

    assert (made.ended_by, made.reason) == (NETWORK, reason)


@pytest.mark.parametrize(
    ("by", "role"),
    [
        (ALICE_ACTS.key, "originator"),
        (BOB_ACTS.key, "receiver"),
        (NETWORK, "network"),
    ],
)
def test_who_ended_it(by: str, role: str) -> None:
    assert ended(Status.TERMINATED, by).ended_by == role


def test_a_client_alone_may_have_ended_it() -> None:
    other = legs(a_registration(BOB, client_id="client-2"))
    before = a_session(legs=other, version=2)
    by = SessionEnd(an_actor(None, "client-2").key, NOW)

    over = change(before, a_session(Status.DECLINED, legs=other, version=3, ended=by))

    assert over.ended_by == "receiver"


@pytest.mark.parametrize(
    ("status", "sip"),
    [
        (Status.IN_PROGRESS, (183, "Session Progress")),
        (Status.RINGING, (180, "Ringing")),
        (Status.PROCEEDING, (100, "Trying")),
        (Status.WAITING, (182, "Queued")),
        (Status.CONNECTED, (200, "OK")),
        (Status.DECLINED, (603, "Decline")),
        (Status.NO_ANSWER, (408, "Request Timeout")),
        (Status.NOT_REACHABLE, (480, "Temporarily Unavailable")),
        (Status.BUSY, (486, "Busy Here")),
        (Status.FAILED, (500, "Server Internal Error")),
    ],
)
def test_what_it_is_as_a_response_in_sip(status: Status, sip: tuple[int, str]) -> None:
    before = a_session(Status.INITIAL, version=1)

    assert change(before, a_session(status, version=2)).sip == {
        "status": sip[0],
        "phrase": sip[1],
    }


@pytest.mark.parametrize(
    ("before", "status", "method"),
    [
        (Status.RINGING, Status.SESSION_CANCELLED, "CANCEL"),
        (Status.CONNECTED, Status.TERMINATED, "BYE"),
        (Status.CONNECTED, Status.HOLD, "INVITE"),
        (Status.HOLD, Status.RESUME, "INVITE"),
        (Status.RESUME, Status.CONNECTED, "INVITE"),
        (Status.CONNECTED, Status.CONNECTED, "INVITE"),
    ],
)
def test_what_it_is_as_a_request_in_sip(before: Status, status: Status, method: str) -> None:
    made = change(a_session(before, version=1), a_session(status, version=2))

    assert made.sip == {"method": method}


@pytest.mark.parametrize("status", Status)
def test_every_status_has_words_and_sip(status: Status) -> None:
    by = SessionEnd(ALICE_ACTS.key, NOW) if status in OVER else None
    made = change(a_session(version=1), a_session(status, version=2, ended=by))

    assert made.sip.keys() in ({"method"}, {"status", "phrase"})
    assert "None" not in made.reason
    assert "{" not in made.reason


@pytest.mark.parametrize("status", sorted(ANSWERED))
def test_a_repeated_status_is_an_update(status: Status) -> None:
    made = change(a_session(status, version=1), a_session(status, version=2))

    assert made.reason.endswith(": session updated")


def test_a_session_as_it_is_stored_shows_its_last_change_and_not_what_was_before() -> None:
    session = a_session(Status.RINGING, version=3)
    now = SessionChange.now(session_item(session))

    assert (now.session, now.before, now.end_reason) == (session, None, None)
    assert now.reason == "Call rings"


def test_a_session_that_is_over_as_it_is_stored_shows_why() -> None:
    session = a_session(Status.NO_ANSWER, version=4, ended=SessionEnd(NETWORK, NOW))
    now = SessionChange.now(session_item(session) | {"endReason": {"S": "deadline passed"}})

    assert (now.session.ended, now.session.version) == (session.ended, 4)
    assert (now.before, now.ended_by) == (None, "network")
    assert now.reason == "Call not answered: deadline passed"
