import pytest

from camara.text import is_plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Alice",
        "Ünal O\u2019Neill",
        "\u200a",
        "علی",
        "देवी",
        "李",
        "\u2764\ufe0f",
        "\U0001f600",
        # Private, and not yet assigned: it may be next year's emoji.
        "\ue000",
        "\u0378",
    ],
)
def test_text_that_shows_what_is_in_it(text: str) -> None:
    assert is_plain(text)


@pytest.mark.parametrize(
    "character",
    [
        # Controls, line and paragraph, halves of a pair.
        *"\0\t\n\r\x1b\x7f\x85\u2028\u2029\ud800\udfff",
        # What turns the direction of writing.
        *"\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        # What has no width, the joiners of scripts and emoji among it.
        *"\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\u2064\ufeff\u3164\uffa0\U000e0041\u2065\u2800\ufe00\ufffc\U0001d159\U000e01ef",
    ],
    ids=ascii,
)
def test_text_that_does_not(character: str) -> None:
    assert not is_plain(character)
    assert not is_plain(f"Al{character}ice")
