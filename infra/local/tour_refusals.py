"""Scenes of the tour in which something is refused, and the call left alone."""

from infra.local.people import ALICE, BOB, CAROL, offer
from infra.local.tour_calls import ANSWERED, CALL, CANCELLED, both_hear, ring
from infra.local.tour_guide import Step, TourGuide


def refused_tokens(guide: TourGuide) -> None:
    """Try to end a call with tokens that do not allow it."""
    guide.announce("What the access token does not allow is refused")
    call = ring(guide)
    delete = f"DELETE {call}"
    expired = guide.token(ALICE, expires_in=-60)
    reader = guide.token(ALICE, scope="webrtc-call-handling:sessions:read")
    apps = guide.token(ALICE, phone_number=None)
    nobodys = guide.token(ALICE, phone_number=None, client_id=None)
    as_alice = offer(ALICE, BOB)
    guide.take(
        Step(ALICE, delete, "401 UNAUTHENTICATED", "no token", bearer=""),
        Step(ALICE, delete, "401 UNAUTHENTICATED", "not a token", bearer="garbage"),
        Step(ALICE, delete, "401 UNAUTHENTICATED", "expired token", bearer=expired),
        Step(ALICE, delete, "403 PERMISSION_DENIED", "token for reading", bearer=reader),
        Step(ALICE, delete, "404 IDENTIFIER_NOT_FOUND", "token of nobody", bearer=nobodys),
        Step(CAROL, delete, "404 IDENTIFIER_NOT_FOUND", "she has no phone"),
    )
    guide.register(CAROL)
    bobs = {"registrationId": guide.registration(BOB).rpartition("/")[2]}
    guide.take(
        Step(CAROL, delete, "403 INVALID_TOKEN_CONTEXT", "she has one, but it is not her call"),
        Step(CAROL, CALL, "403 INVALID_TOKEN_CONTEXT", "as Alice", body=as_alice),
        Step(ALICE, CALL, "403 INVALID_TOKEN_CONTEXT", "Bob's phone", body=as_alice, headers=bobs),
        Step(ALICE, delete, "403 INVALID_TOKEN_CONTEXT", "Bob's phone", headers=bobs),
        Step(ALICE, delete, "204", "the app's own token: as the originator's", bearer=apps),
        Step(ALICE, delete, "404 NOT_FOUND", "and now is over"),
    )
    both_hear(guide, call, 3, CANCELLED)


def refused_requests(guide: TourGuide) -> None:
    """Send what makes no sense."""
    guide.announce("What makes no sense is refused")
    call = ring(guide)
    valid = offer(ALICE, BOB)
    emergency = valid | {"callType": "EMERGENCY"}
    text = {"Content-Type": "text/plain"}
    post = CALL
    guide.take(
        Step(ALICE, "DELETE /webrtc/sessions/", "400 INVALID_ARGUMENT", "no id"),
        Step(
            ALICE,
            f"DELETE /webrtc/sessions/{'a' * 257}",
            "400 OUT_OF_RANGE",
            "id of 257 characters",
        ),
        Step(ALICE, "DELETE /webrtc/sessions/unknown", "404 NOT_FOUND", "no such call"),
        Step(ALICE, "DELETE /unknown", "404 NOT_FOUND", "no such path"),
        Step(ALICE, post, "400 INVALID_ARGUMENT", "no offer", body=valid | {"offer": None}),
        Step(ALICE, post, "415 UNSUPPORTED_MEDIA_TYPE", "plain text", body=valid, headers=text),
        Step(ALICE, post, "501 CALLTYPE_EMERGENCY_NOT_SUPPORTED", body=emergency),
        Step(ALICE, f"PUT {call}/status", "409 INCOMPATIBLE_STATE", "her own", body=ANSWERED),
        Step(ALICE, f"DELETE {call}", "204", "the call was left alone"),
    )
    both_hear(guide, call, 3, CANCELLED)
