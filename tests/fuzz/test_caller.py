"""Whatever the authorizer's context: a caller that it names, or no authentication."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from camara.caller import Caller
from camara.errors import Unauthenticated
from camara.identity import derive_subscriber_key, derive_user_key
from tests.fuzz.events import contexts
from tests.fuzz.strategies import json
from tests.support.builders import NOW
from tests.support.effort import effort

CLAIMS = st.sampled_from(["phone_number", "sub", "msisdn"])


@given(context=contexts | json, claim=CLAIMS)
@effort(500)
def test_any_context(context: Any, claim: str) -> None:
    try:
        caller = Caller.from_context(context, claim, NOW)
    except Unauthenticated:
        return

    assert int(context["exp"]) > NOW
    assert caller.scopes <= set((context.get("scope") or "").split(" "))
    if caller.subscriber is not None:
        assert context.get(claim) or context.get("sub")
        assert derive_subscriber_key(caller.subscriber)
        assert caller.user is not None
    if caller.user is not None:
        assert derive_user_key(caller.user)
