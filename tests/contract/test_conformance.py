"""docs/conformance.md has each answer that CAMARA documents: with its test, or why there is none.

It is made by ``make conformance``, which is to be run when this fails for a test that has gone.
"""

import re

import pytest

from tests.support.camara import camara_operations
from tests.support.conformance import (
    ADDED,
    BY_THE_GATEWAY,
    HEADER,
    NEVER_NEEDED,
    NOT_SERVED,
    PAGE,
    Answer,
    camaras_answers,
    page,
    reasons,
)
from tests.support.openapi import operations
from tests.support.pages import ROOT, code, rows

_TEST = re.compile(r"`(?P<file>[\w/]+\.py)` (?P<name>[\w ]+)")


def table() -> dict[Answer, str]:
    """Return the page's answers, and what it says of each."""
    answers: dict[Answer, str] = {}
    for operation, answer, said in rows(PAGE.read_text(), *HEADER):
        [operation_id] = code(operation)
        status, _, error = answer.partition(" ")
        assert (operation_id, int(status), error) not in answers
        answers[operation_id, int(status), error] = said
    return answers


def test_it_has_camaras_answers_and_no_others() -> None:
    assert table().keys() == set(camaras_answers())


@pytest.mark.parametrize("answer", sorted(camaras_answers()), ids=str)
def test_each_is_shown_by_a_test_or_told_why_not(answer: Answer) -> None:
    said = table()[answer]

    if shown := _TEST.fullmatch(said):
        tests = (ROOT / shown["file"]).read_text()
        assert f"def test_{shown['name'].replace(' ', '_')}(" in tests
        assert answer not in reasons(NOT_SERVED)
    else:
        why = reasons(NOT_SERVED, NEVER_NEEDED, BY_THE_GATEWAY)
        assert said.endswith(f": {why[answer]}")


def test_what_is_not_served_is_not_documented_and_the_rest_is() -> None:
    documented = {
        (operation_id, status, error)
        for operation_id in camara_operations()
        for status, error in documented_answers(operation_id)
    }

    assert set(camaras_answers()) - documented == reasons(NOT_SERVED).keys()


def test_what_is_documented_beside_it_is_told() -> None:
    beside = {
        each
        for operation_id, operation in camara_operations().items()
        for each in documented_answers(operation_id)
        if each[0] >= 400 and each not in operation.codes
    }

    assert beside == ADDED.keys()
    told = rows(PAGE.read_text(), "status", "code", "why")
    assert {(int(status), error): why for status, error, why in told} == ADDED


def test_of_many_tests_it_names_the_most_telling_one() -> None:
    everything, seldom = "tests/a.py::test_all", "tests/b.py::test_this_one"
    own = "tests/test_create_session.py::test_one_or_another"
    answers = sorted(camaras_answers())
    seen = {answer: {everything} for answer in answers}
    first, second = ("createSession", 201, ""), ("deleteSessionById", 204, "")

    written = page(seen | {first: {everything, seldom, own}, second: {everything, seldom, own}})

    assert "| `createSession` | 201 | `tests/test_create_session.py` one or another |" in written
    assert "| `deleteSessionById` | 204 | `tests/b.py` this one |" in written
    assert written.count("`tests/a.py` all") == len(answers) - 2


def documented_answers(operation_id: str) -> set[tuple[int, str]]:
    """Return what ``infra/openapi.yaml`` has: status and code, which is empty below 400."""
    responses = operations()[camara_operations()[operation_id].route]["responses"]
    return {
        (int(status), example["value"]["code"] if int(status) >= 400 else "")
        for status, response in responses.items()
        for example in (
            response["content"]["application/json"]["examples"].values()
            if int(status) >= 400
            else [{}]
        )
    }
