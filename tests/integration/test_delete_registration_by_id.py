"""deleteRegistrationById: the registration is gone at once."""

from tests.support.builders import NOBODY
from tests.support.registration_api import delete, get, registered


def test_a_deleted_registration_is_gone() -> None:
    known = registered()

    answer = delete(NOBODY, known)

    assert (answer.status, answer.body) == (204, None)
    assert delete(NOBODY, known).code == (404, "NOT_FOUND")


def test_a_delete_has_no_body() -> None:
    known = registered()

    assert delete(NOBODY, known, body={}).code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).status == 200
