"""The gateway remembers what the authorizer said of a token, for all operations alike.

That it does is shown by breaking the authorizer after its first answer.
"""

import time
from http import HTTPStatus

import pytest

from authorizer.access_token import LEEWAY_SECONDS
from infra.local.processes import wait_until
from tests.support.stack.aws import Aws
from tests.support.stack.faults import broken_authorizer
from tests.support.stack.subscriber import Line


@pytest.mark.alone
def test_one_token_is_good_for_every_operation(line: Line, aws: Aws) -> None:
    alice = line.alice.with_token(expires_in=60)
    call = alice.post().body["mediaSessionId"]

    with broken_authorizer(aws):
        assert alice.get(call).status == 200
        assert alice.put(call, "Initial").status == 200
        assert alice.delete(call).status == 204


@pytest.mark.alone
def test_a_denial_is_remembered_as_one(line: Line, aws: Aws) -> None:
    expired = line.alice.with_token(expires_in=-1)
    call = line.call()
    assert expired.get(call).code == (401, "UNAUTHENTICATED")

    with broken_authorizer(aws):
        assert expired.delete(call).code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Initial"


def test_a_token_for_later_is_good_later(line: Line) -> None:
    """Which it would not be if its first refusal were remembered."""
    call = line.call()
    assert line.alice.status_of(call) == "Initial"  # so that no cold start eats up the time
    early = line.alice.with_token(nbf=int(time.time()) + LEEWAY_SECONDS + 3)
    assert early.get(call).code == (401, "UNAUTHENTICATED")

    assert wait_until(lambda: early.get(call).status == HTTPStatus.OK, seconds=10)


@pytest.mark.alone
def test_a_token_that_expires_meanwhile_is_refused(line: Line, aws: Aws) -> None:
    call = line.call()
    assert line.alice.status_of(call) == "Initial"  # so that no cold start eats up the lifetime
    short_lived = line.alice.with_token(expires_in=2)
    assert short_lived.get(call).status == 200

    with broken_authorizer(aws):
        assert wait_until(
            lambda: short_lived.get(call).status == HTTPStatus.UNAUTHORIZED, seconds=10
        )
        assert short_lived.put(call, "Initial").code == (401, "UNAUTHENTICATED")
        assert short_lived.delete(call).code == (401, "UNAUTHENTICATED")
        assert short_lived.post().code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Initial"
