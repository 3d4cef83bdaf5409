"""Names: the document's pattern and the code refuse the same characters."""

import re
import sys

from camara.text import is_plain
from tests.support.openapi import schema

SURROGATES = range(0xD800, 0xE000)
"""No text that JSON Schema judges has one."""


def test_the_documents_pattern_is_the_codes_rule() -> None:
    pattern = re.compile(schema("Name")["pattern"].replace("$", r"\Z"))
    characters = (chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES)

    differing = [ascii(each) for each in characters if bool(pattern.match(each)) != is_plain(each)]

    assert differing == []
