"""Names: the document's pattern and the code refuse the same characters."""

import re
import sys

import pytest

from camara.text import is_plain
from tests.support.openapi import schema

SURROGATES = range(0xD800, 0xE000)
"""No text that JSON Schema judges has one."""

BODIES = (
    "MediaSessionCreate",
    "MediaSessionResponse",
    "MediaSessionInvite",
    "MediaSessionStatusUpdate",
)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", ["originatorName", "receiverName"])
def test_each_name_has_the_documents_rule(body: str, name: str) -> None:
    assert schema(body)["properties"][name] == schema("Name")


def test_the_documents_rule_is_the_codes() -> None:
    refused = re.compile(schema("Name")["not"]["pattern"])
    characters = (chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES)

    differing = [ascii(each) for each in characters if bool(refused.search(each)) is is_plain(each)]

    assert differing == []
