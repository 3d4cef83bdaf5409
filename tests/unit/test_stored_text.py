"""Long texts are stored compressed, and all are read as they were."""

from random import Random

import pytest
from boto3.dynamodb.types import TypeSerializer

from call_handling.stored_text import compress, text_from
from tests.performance.capacity.browser_sdp import browser_sdp

NOISE = "".join(map(chr, Random(1).choices(range(0x10000, 0x20000), k=2_000)))  # noqa: S311
"""Of which nothing is said twice."""


@pytest.mark.parametrize(
    "text", ["", "v=0", "v=0\r\n" * 200, "\u00e4\N{GRINNING FACE}" * 300, NOISE, "x" * 65_536]
)
def test_a_text_is_read_as_it_was(text: str) -> None:
    assert text_from(TypeSerializer().serialize(compress(text))) == text


@pytest.mark.parametrize("text", ["", "v=0", "v=0 " * 100])
def test_a_short_text_stays_what_it_is(text: str) -> None:
    assert compress(text) == text


def test_a_long_text_of_an_earlier_version_is_read() -> None:
    assert text_from({"S": browser_sdp("offer")}) == browser_sdp("offer")


def test_the_sdp_of_a_browser_takes_less_than_half() -> None:
    text = browser_sdp("offer")

    assert len(compress(text)) < len(text) / 2


def test_even_noise_gets_shorter_or_hardly_longer() -> None:
    noise = "".join(map(chr, Random(1).choices(range(0x80), k=512)))  # noqa: S311

    assert len(compress(noise)) <= len(noise)


def test_what_nobody_of_ours_has_stored_is_no_text() -> None:
    with pytest.raises(ValueError, match="Error -3"):
        text_from({"B": b"nothing compressed"})
