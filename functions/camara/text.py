"""Text that one person writes and another is shown.

Source: Unicode Standard, general categories (section 4.5) and default ignorable code points
(section 5.21).
"""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# What Unicode draws as nothing, and yet counts among letters and marks.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")


def is_plain(text: str) -> bool:
    """Tell whether ``text`` shows all that is in it, in the order in which it is written.

    Not plain are control characters, those that turn the direction of writing, those without
    width, separators of lines and paragraphs, and surrogates. Joiners (U+200C, U+200D) are among
    them, though some scripts and emoji use them: two names that look alike are to be alike.
    Spaces, variation selectors and code points that Python does not know yet are plain.
    """
    return _BLANK.isdisjoint(text) and not any(
        unicodedata.category(character) in _HIDDEN for character in text
    )
