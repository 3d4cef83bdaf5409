"""What is stored and what is read back: attribute by attribute, for the table outlives the code."""

from typing import Any

import pytest

from aws.stale_index import stale_shard
from camara.identity import UserKey, derive_user_key
from registration.item import (
    register_from,
    register_item,
    subscriber_key_of,
    subscriber_owner,
    user_owner,
)
from registration.register import Ended, Reason, Register, Registration
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    ALICE_KEY,
    CLIENT_KEY,
    NOW,
    a_registration,
    sub_of,
)

NUMBER = subscriber_owner(ALICE_KEY)
USER = user_owner(UserKey("user-key"))
WEEK = 7 * 24 * 3600
FIRST = a_registration(device=1, made_at=NOW - 50, expires_at=NOW + 10)
LAST = a_registration(device=2, expires_at=NOW + 20)
GONE = a_registration(device=3, expires_at=NOW - 5)
EXPIRED = Ended(GONE, Reason.EXPIRED, NOW - 5, 3)
DELETED = Ended(FIRST, Reason.DELETED, NOW, 3)


def a_register(owner: str, *registrations: Registration, ended: tuple[Ended, ...] = ()) -> Register:
    known = {registration.registration_id: registration for registration in registrations}
    return Register(owner, version=3, registrations=known, ended=ended)


def stored(registration: Registration) -> dict[str, Any]:
    return {
        "deviceId": {"S": registration.device_id},
        "actor": {"S": ALICE_ACTS.key},
        "client": {"S": CLIENT_KEY},
        "user": {"S": derive_user_key(sub_of(ALICE))},
        "madeAt": {"N": str(registration.made_at)},
        "expiresAt": {"N": str(registration.expires_at)},
    }


def test_a_numbers_register_is_stored_with_what_has_ended_and_in_the_index() -> None:
    register = a_register(NUMBER, FIRST, LAST, ended=(EXPIRED,))

    assert register_item(register, "write-1", NOW) == {
        "owner": {"S": f"number#{ALICE_KEY}"},
        "version": {"N": "3"},
        "writeId": {"S": "write-1"},
        "registrations": {
            "M": {
                FIRST.registration_id: {"M": stored(FIRST)},
                LAST.registration_id: {"M": stored(LAST)},
            }
        },
        "endedSome": {"BOOL": True},
        "ended": {
            "L": [
                {
                    "M": {
                        "registrationId": {"S": GONE.registration_id},
                        "reason": {"S": "expired"},
                        "endedAt": {"N": str(NOW - 5)},
                        "endedIn": {"N": "3"},
                        **stored(GONE),
                    }
                }
            ]
        },
        "staleShard": {"S": stale_shard(NUMBER)},
        "staleAt": {"N": str(NOW + 10)},
        "expiresAt": {"N": str(NOW + 20 + WEEK)},
    }


def test_an_empty_register_is_stored_for_a_while_and_out_of_the_index() -> None:
    item = register_item(a_register(NUMBER), "write-1", NOW)

    assert item["registrations"] == {"M": {}}
    assert item["endedSome"] == {"BOOL": False}
    assert item["expiresAt"] == {"N": str(NOW + WEEK)}
    assert not {"staleShard", "staleAt"} & item.keys()


def test_what_is_remembered_has_not_ended_again() -> None:
    before = EXPIRED._replace(version=2)

    for ended, some in (((), False), ((before,), False), ((before, DELETED), True)):
        item = register_item(a_register(NUMBER, LAST, ended=ended), "write-1", NOW)
        assert item["endedSome"] == {"BOOL": some}
        assert len(item["ended"]["L"]) == len(ended)


def test_a_users_register_is_neither_in_the_index_nor_in_the_stream() -> None:
    register = a_register(USER, FIRST, ended=(EXPIRED,))

    assert set(register_item(register, "write-1", NOW)) == {
        "owner",
        "version",
        "writeId",
        "registrations",
        "expiresAt",
    }


@pytest.mark.parametrize(
    "register",
    [
        a_register(NUMBER),
        a_register(NUMBER, FIRST, LAST),
        a_register(NUMBER, LAST, ended=(EXPIRED._replace(version=2), DELETED)),
        a_register(USER, FIRST),
    ],
)
def test_a_register_is_read_as_it_was_stored(register: Register) -> None:
    assert register_from(register.owner, register_item(register, "write-1", NOW)) == register


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_item_is_an_empty_register_that_is_not_stored(nothing: Any) -> None:
    assert register_from(NUMBER, nothing) == Register(NUMBER, version=0)


def test_owners_of_one_kind_are_never_those_of_the_other() -> None:
    assert subscriber_owner("key") != user_owner(UserKey("key"))
    assert subscriber_key_of(NUMBER) == ALICE_KEY
