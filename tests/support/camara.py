"""What CAMARA's documents say, as data: ``tests/contract/camara.json``, made by ``extract_camara``.

Release r3.1 (July 2026) of WebRTC Call Handling, Registration and Events Subscriptions. A schema is
written ``Name``, its property ``Name.property``; ``{"$ref": "Name"}`` refers to one.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

CAMARA = Path(__file__).parents[1] / "contract" / "camara.json"
PATHS = {
    "webrtc-call-handling": "/webrtc",
    "webrtc-registration": "/webrtc-registration/v0.4",
    "webrtc-events-subscriptions": "/webrtc-events-subscriptions/v0.3",
}
"""CAMARA's APIs, and where ``infra/openapi.yaml`` has them."""

OUR_NAMES = {"AccessTokenCredential": "SinkCredential"}
"""Schemas that have another name there."""


class Operation(NamedTuple):
    """An operation of CAMARA's.

    ``parameters`` are named like ``path subscriptionId``. ``answers`` are by status: the schema of
    a success (``None`` without a body), the codes of an error.
    """

    api: str
    method: str
    path: str
    scopes: list[str]
    parameters: Mapping[str, Any]
    request: Mapping[str, Any] | None
    answers: Mapping[int, Any]

    @property
    def route(self) -> tuple[str, str]:
        """Method and path in ``infra/openapi.yaml``."""
        return self.method, PATHS[self.api] + self.path

    @property
    def codes(self) -> set[tuple[int, str]]:
        """The errors: status and code."""
        return {
            (status, code)
            for status, codes in self.answers.items()
            if status >= 400
            for code in codes
        }

    @property
    def successes(self) -> dict[int, Any]:
        """The schemas of the answers below 400."""
        return {status: schema for status, schema in self.answers.items() if status < 400}


@cache
def facts() -> dict[str, dict[str, dict[str, Any]]]:
    """Return everything: ``operations`` and ``schemas`` of each API."""
    loaded: dict[str, dict[str, dict[str, Any]]] = json.loads(CAMARA.read_text())
    return loaded


@cache
def camara_operations() -> dict[str, Operation]:
    """Return the operations by their operationId."""
    return {
        operation_id: Operation(
            api=api,
            method=known["method"],
            path=known["path"],
            scopes=known["scopes"],
            parameters=known["parameters"],
            request=known["request"],
            answers={int(status): answer for status, answer in known["answers"].items()},
        )
        for api, parts in facts().items()
        for operation_id, known in parts["operations"].items()
    }


def camara_schemas(api: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of an API and their properties."""
    return facts()[api]["schemas"]
