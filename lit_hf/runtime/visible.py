"""Text of others on a terminal or in a figure: what is not seen but changes what is seen, made visible."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but tab and line feed, turns of direction, ends of lines of Unicode, halves of characters."""


def visible(text: str) -> str:
    """Return `text` with each unseen character spelled as JSON spells it: an escape character is `\\u001b`.

    JSON stays the same JSON: a control character can stand in its strings only.
    """
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if UNSEEN.search(text) else text
