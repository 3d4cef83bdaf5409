from typing import Any

import pytest

from camara.caller import Caller
from camara.errors import IdentifierNotFound, PermissionDenied, Unauthenticated
from tests.support.builders import ALICE, NOW, a_context


def caller(context: Any, claim: str = "phone_number") -> Caller:
    return Caller.from_context(context, claim, NOW)


def test_the_claims_become_a_caller() -> None:
    assert caller(a_context(sub="user-1", scope="a  b")) == Caller(
        user="user-1",
        subscriber=ALICE,
        client_id="client-1",
        scopes=frozenset({"a", "b"}),
    )


@pytest.mark.parametrize(
    ("context", "subscriber"),
    [
        (a_context(ALICE), ALICE),
        (a_context(f"tel:{ALICE}"), ALICE),
        (a_context(None, sub=f"tel:{ALICE}"), ALICE),
        (a_context(None, sub=f"sip:{ALICE}@ims.example.com;user=phone"), ALICE),
        (a_context(None, sub=f"sip:%2B{ALICE[1:]}@ims.example.com"), ALICE),
        (a_context(None, sub="sip:%61lice@IMS.example"), "sip:alice@ims.example"),
        (a_context(None, sub="sip:alice%00@ims.example"), None),
        (a_context(None, sub="sip:alice%4@ims.example"), None),
        (a_context(None, sub=ALICE), None),
        (a_context(None, sub="user-1"), None),
        (a_context(None, sub=None), None),
    ],
)
def test_the_subscriber_is_the_claim_else_a_sub_that_is_an_address(
    context: dict[str, Any], subscriber: str | None
) -> None:
    assert caller(context).subscriber == subscriber


@pytest.mark.parametrize(
    ("context", "user"),
    [
        (a_context(ALICE, sub="user-1"), "user-1"),
        (a_context(None, sub=f"tel:{ALICE}"), f"tel:{ALICE}"),
        (a_context(f"tel:{ALICE}", sub=None), ALICE),
        (a_context(ALICE, sub=""), ALICE),
        (a_context(None, sub=None), None),
    ],
)
def test_the_user_is_the_sub_else_the_subscriber(context: dict[str, Any], user: str | None) -> None:
    assert caller(context).user == user


@pytest.mark.parametrize(
    ("client_id", "client"), [("client-1", "client-1"), ("", None), (None, None)]
)
def test_an_empty_client_id_names_no_client(client_id: str | None, client: str | None) -> None:
    assert caller(a_context(client_id=client_id)).client_id == client


def test_the_claim_is_configurable() -> None:
    context = a_context(None, msisdn=ALICE)

    assert caller(context, "msisdn").subscriber == ALICE
    assert caller(a_context(None, sub=ALICE), "sub").subscriber == ALICE
    assert caller(a_context(None, sub="user-1"), "sub").subscriber is None


@pytest.mark.parametrize(
    "context",
    [
        None,
        "text",
        [],
        {},
        a_context(exp=None),
        a_context(exp=""),
        a_context(exp="soon"),
        a_context(exp="1e10"),
        a_context(exp="٣٣٣٣٣٣٣٣٣٣"),
        a_context(exp=True),
        a_context(exp=[NOW + 1]),
        a_context(exp=1.5e10),
        a_context(exp="9" * 400),
        a_context(scope=["a"]),
        a_context(scope={"a": 1}),
        a_context(12025550101),
        a_context("12025550101"),
        a_context("+1 202 555 0101"),
        a_context("sip:alice%00@ims.example.com"),
        a_context("+12025550101\n"),
        a_context(""),
        a_context(sub=7),
        a_context(None, sub="sip:\ud800@ims.example.com"),
        a_context(client_id=7),
    ],
    ids=repr,
)
def test_a_missing_or_misshapen_context_is_no_authentication(context: Any) -> None:
    with pytest.raises(Unauthenticated):
        caller(context)


@pytest.mark.parametrize("exp", [NOW, NOW - 1, str(NOW), -5, "-5"])
def test_an_expired_token_is_no_authentication_whatever_the_gateway_cached(exp: Any) -> None:
    with pytest.raises(Unauthenticated):
        caller(a_context(exp=exp))


@pytest.mark.parametrize("exp", [NOW + 1, str(NOW + 1)])
def test_expiry_may_be_a_number_or_its_text(exp: Any) -> None:
    assert caller(a_context(exp=exp)).subscriber == ALICE


def test_a_scope_is_a_whole_word() -> None:
    some = caller(a_context(scope="sessions:delete:all read"))

    some.require_scope("read")
    for missing in ("sessions:delete", "rea", ""):
        with pytest.raises(PermissionDenied):
            some.require_scope(missing)


def test_no_subscriber_no_device() -> None:
    with pytest.raises(IdentifierNotFound):
        caller(a_context(None)).require_subscriber()
