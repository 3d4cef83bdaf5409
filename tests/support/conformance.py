"""docs/conformance.md: every answer that CAMARA documents, and the test that has seen it.

Every answer of every test passes ``tests.support.contract.check_response``, which notes it here;
``make conformance`` runs the tests and writes the page. What is not served is told why below.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.camara import PATHS, camara_operations

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HEADER = ("operation", "answer", "shown by")

type Answer = tuple[str, int, str]
"""An operationId, a status and a code, which is empty below 400."""

_TITLES = {
    "webrtc-call-handling": "WebRTC Call Handling",
    "webrtc-registration": "WebRTC Registration",
    "webrtc-events-subscriptions": "WebRTC Events Subscriptions",
}

_CREATE, _UPDATE = "createNotificationChannelSubscription", "updateNotificationChannelSubscription"
_OF_REGISTRATIONS = tuple(
    operation_id
    for operation_id, operation in camara_operations().items()
    if operation.api == "webrtc-registration"
)


class Reason(NamedTuple):
    """Why answers are not served, or who else gives them."""

    why: str
    answers: frozenset[Answer]


def _reason(why: str, status: int, code: str, *operation_ids: str) -> Reason:
    return Reason(why, frozenset((name, status, code) for name in operation_ids))


NOT_SERVED = (
    _reason(
        "the answer is always 200, with the resource as it is now",
        204,
        "",
        "updateSessionStatus",
        "updateRegistrationById",
    ),
    _reason(
        "nothing is put off: it is done when the answer comes",
        202,
        "",
        _CREATE,
        "deleteNotificationChannelSubscription",
    ),
    _reason(
        "no field of the request could contradict the token, but `phoneNumber`, which has codes of"
        " its own",
        403,
        "INVALID_TOKEN_CONTEXT",
        *_OF_REGISTRATIONS,
    ),
    _reason(
        "a registration has no address; emergency calls are refused, with 501",
        400,
        "EMERGENCY_ADDRESS_MISSING",
        "createRegistration",
    ),
    _reason("who loses a race tries again, unseen by the client", 409, "ABORTED", _CREATE),
    _reason(
        "the same may be subscribed to twice; each subscription is told",
        409,
        "ALREADY_EXISTS",
        _CREATE,
    ),
    _reason("every number is served", 422, "SERVICE_NOT_APPLICABLE", _CREATE, _UPDATE),
    _reason(
        "a subscription names a `deviceId` and nothing else",
        422,
        "UNSUPPORTED_IDENTIFIER",
        _CREATE,
        _UPDATE,
    ),
    _reason(
        "no identifier in the body stands beside the token's: a `deviceId` is always needed",
        422,
        "UNNECESSARY_IDENTIFIER",
        _CREATE,
        _UPDATE,
    ),
    _reason(
        "several types are never served: MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED",
        422,
        "MULTIEVENT_COMBINATION_TEMPORARILY_NOT_SUPPORTED",
        _CREATE,
        _UPDATE,
    ),
    *(
        _reason(
            "the body has no room for it: INVALID_ARGUMENT",
            status,
            code,
            _UPDATE,
        )
        for status, code in (
            (400, "INVALID_PROTOCOL"),
            (400, "INVALID_SINK"),
            (422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"),
        )
    ),
    _reason(
        "a subscription of somebody else looks as if it did not exist: 404",
        403,
        "SUBSCRIPTION_MISMATCH",
        _UPDATE,
    ),
)
"""What CAMARA documents and ``infra/openapi.yaml`` does not, and why."""

NEVER_NEEDED = (
    _reason(
        "a `deviceId` of another length is no UUID: INVALID_ARGUMENT",
        400,
        "OUT_OF_RANGE",
        "getRegistrationsByDeviceId",
    ),
)
"""What both document, for operations share a response, and no request leads to."""

BY_THE_GATEWAY = (
    _reason("the gateway: it throttles", 429, "TOO_MANY_REQUESTS", _CREATE, _UPDATE),
    _reason("the gateway, with a usage plan", 429, "QUOTA_EXCEEDED", _UPDATE),
)
"""What no function answers; ``tests/contract/test_gateway_responses.py`` looks at it."""

ADDED = {
    (400, "OUT_OF_RANGE"): "a value is well-formed and too long, too big or too small",
    (404, "IDENTIFIER_NOT_FOUND"): "the token leads to no device",
    (409, "INCOMPATIBLE_STATE"): "the state of the call does not allow the change",
    (415, "UNSUPPORTED_MEDIA_TYPE"): "the body is not JSON",
    (422, "MISSING_IDENTIFIER"): "the token names no subscriber",
    (429, "TOO_MANY_REQUESTS"): "the gateway throttles, or a call is changed too often",
    (429, "QUOTA_EXCEEDED"): "the gateway, with a usage plan",
    (500, "INTERNAL"): "a fault of the service",
    (503, "UNAVAILABLE"): "something behind the service does not serve",
    (504, "TIMEOUT"): "something behind the service was too slow",
}
"""Errors that an operation may answer beside those that CAMARA lists for it."""


def camaras_answers() -> Iterator[Answer]:
    """Return what CAMARA documents, API by API."""
    for operation_id, operation in camara_operations().items():
        for status in operation.successes:
            yield operation_id, status, ""
        for status, code in operation.codes:
            yield operation_id, status, code


def reasons(*groups: Iterable[Reason]) -> dict[Answer, str]:
    """Return why an answer is not shown."""
    return {answer: reason.why for group in groups for reason in group for answer in reason.answers}


_seen: dict[Answer, set[str]] = defaultdict(set)


def note(operation_id: str, status: int, code: str) -> None:
    """Note that the running test has seen an answer."""
    test, _, phase = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" (")
    if phase == "call)":
        _seen[operation_id, status, code].add(test.partition("[")[0])


def page(seen: Mapping[Answer, set[str]]) -> str:
    """Return the page.

    Of many tests it names one of the operation's own file, and of these the one that sees the
    fewest other answers.
    """
    others = Counter(test for each in seen.values() for test in each)
    said = {
        **{
            answer: f"not served: {why}"
            for answer, why in reasons(NOT_SERVED, NEVER_NEEDED).items()
        },
        **{answer: f"not by a function: {why}" for answer, why in reasons(BY_THE_GATEWAY).items()},
        **{answer: _shown(_telling(answer[0], each, others)) for answer, each in seen.items()},
    }
    return "\n".join([_INTRODUCTION, *(_table(api, said) for api in PATHS), _beyond()])


def _table(api: str, said: Mapping[Answer, str]) -> str:
    lines = [f"## {_TITLES[api]}", "", _row(*HEADER), _row(*("---" for _ in HEADER))]
    answers = sorted(camaras_answers(), key=lambda answer: answer[1:])
    for operation_id, operation in camara_operations().items():
        if operation.api == api:
            lines += [
                _row(
                    f"`{name}`",
                    f"{status} {code}".strip(),
                    said.get((name, status, code), "nothing"),
                )
                for name, status, code in answers
                if name == operation_id
            ]
    return "\n".join([*lines, ""])


def _beyond() -> str:
    lines = [
        "## Errors beside CAMARA's",
        "",
        "`infra/openapi.yaml` says which operations may answer these, too:",
        "",
        _row("status", "code", "why"),
        _row("---", "---", "---"),
        *(_row(str(status), code, why) for (status, code), why in ADDED.items()),
        "",
    ]
    return "\n".join(lines)


def _telling(operation_id: str, tests: Iterable[str], others: Mapping[str, int]) -> str:
    own = f"/test_{re.sub(r'(?=[A-Z])', '_', operation_id).lower()}.py"
    return min(tests, key=lambda test: (own not in test, others[test], test))


def _shown(test: str) -> str:
    file, name = test.partition("::")[0], test.rpartition("::")[2]
    return f"`{file}` {name.removeprefix('test_').replace('_', ' ')}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


_INTRODUCTION = """\
# Conformance

What CAMARA documents in release r3.1 (July 2026) for each operation, and a test that has seen it;
or why it is not served. `make conformance` makes this page: it runs `tests/integration`, notes
every answer that a test gets, and of many tests names one of the operation's own file. Each answer
is checked against `infra/openapi.yaml`, and that against CAMARA's documents
(`tests/contract/test_camara_schemas.py`, `tests/contract/test_camara_operations.py`; the
facts are in `tests/contract/camara.json`).

The gateway answers 401 `UNAUTHENTICATED`, too, to a token that the authorizer refuses
(`tests/e2e/test_gateway_answers.py`). Call Handling is served under two paths, `/webrtc` and
CAMARA's `/webrtc-call-handling/v0.4`. Notifications are as CAMARA's callback has them; what follows
from a sink's answer is in [docs/api.md](api.md#notifications).
"""


class Recorder:
    """The plugin of ``--conformance``: collects what every process has seen, writes the page."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the page, or hand on what this process has seen to the one that does."""
        output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["conformance"] = [[*answer, sorted(tests)] for answer, tests in _seen.items()]
        elif session.exitstatus == pytest.ExitCode.OK:
            PAGE.write_text(page(_seen))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Collect what another process has seen."""
        output: dict[str, list[tuple[str, int, str, list[str]]]] = getattr(node, "workeroutput", {})
        for operation_id, status, code, tests in output.get("conformance", ()):
            _seen[operation_id, status, code].update(tests)
