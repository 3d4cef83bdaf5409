"""Requests that schemathesis makes of ``infra/openapi.yaml``, sent to the embedded stack."""

from copy import deepcopy
from typing import Any

import requests
import schemathesis
from hypothesis import assume
from schemathesis.checks import CheckFunction

from infra.local.stack_file import Stack
from tests.support.contract import check_error, check_response
from tests.support.effort import DETERMINISTIC, examples
from tests.support.openapi import operations, raw_document

type Case = schemathesis.Case[Any]


def openapi(number: int = 1) -> schemathesis.BaseSchema:
    """Return the document for ``parametrize``: its examples, its bounds, and that many others."""
    generation = {"mode": "all", "max-examples": examples(number), "deterministic": DETERMINISTIC}
    config = schemathesis.Config.from_dict(
        {
            "generation": generation | {"database": "none"},
            "phases": {"stateful": {"enabled": False}},
            "warnings": False,
        }
    )
    return schemathesis.openapi.from_dict(deepcopy(raw_document()), config=config)


def keeps_the_rules_in_words(body: dict[str, Any]) -> bool:
    """Tell whether a valid body also keeps the rules that the document has in its descriptions."""
    location = body.get("locationDetails", {})
    coordinates = location.get("coordinates")
    if coordinates and location.get("shape"):
        return ("radius" in coordinates) is (location["shape"] == "Circle")
    return True


class Sender:
    """Sends cases with a token; every answer is held against the document."""

    def __init__(self, stack: Stack) -> None:
        self._base_url = stack.api_url
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, case: Case, token: str, *checks: CheckFunction) -> None:
        """Send it. Raises ``AssertionError`` when it is a fault, or undocumented."""
        assume(_stays_on_its_path(case))
        response = case.call(
            base_url=self._base_url,
            session=self._session,
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status_code < 500 or response.status_code == 501, response.text
        headers = {name: ", ".join(values) for name, values in response.headers.items()}
        if (case.method, case.path) in operations():
            check_response(case.method, case.path, response.status_code, headers, response.content)
        else:
            check_error(response.status_code, headers, response.content)
        case.validate_response(response, checks=list(checks))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _stays_on_its_path(case: Case) -> bool:
    """Tell whether the id is one segment of a path, also to the embedded gateway.

    That decodes a path before it routes it, so an id with a slash leads elsewhere, and its
    patterns do not match a line feed.
    """
    ids = map(str, (case.path_parameters or {}).values())
    return all(given not in {"", ".", ".."} and not {"/", "\n"} & set(given) for given in ids)
