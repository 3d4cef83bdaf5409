"""Check of display text: no hidden, blank or direction-changing characters.

Source: Unicode Standard, general categories (section 4.5) and default ignorable code points
(section 5.21).
"""

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# What Unicode draws as nothing, though it counts it among letters, marks or symbols, or not at all.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u2800\u3164\ufe00-\ufe0d\uffa0"
    "\ufff0-\ufff8\ufffc\U0001d159\U000e0000-\U000e0fff]"
)


def is_plain(text: str) -> bool:
    """Tell whether ``text`` shows all that is in it, in the order in which it is written.

    Not plain are control characters, those that turn the direction of writing, those without
    width, separators of lines and paragraphs, and surrogates. Joiners (U+200C, U+200D) are among
    them, though some scripts and emoji use them: two names that look alike are to be alike.
    So are all variation selectors but those that choose between text and emoji (U+FE0E, U+FE0F).
    Spaces and other code points that Python does not know yet are plain.
    """
    return not _BLANK.search(text) and not any(
        unicodedata.category(character) in _HIDDEN for character in text
    )
