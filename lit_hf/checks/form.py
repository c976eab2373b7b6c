"""A stronger form than the one that tasks group by: case, marks and spacing gone, what carries meaning kept."""

from __future__ import annotations

import re
import unicodedata

from lit_hf.tasks.form import grouping_form

_ALONE = re.compile(r"((?<!\w)[:;=]'?-?[()\[\]dp/\\|*]+(?!\w)|(?<!\w)[-−+]?\d+(?:[.,:]\d+)*)")
"""Marks that carry meaning alone where they stand: a face such as :( and the sign and the point of a number."""
_KEPT_MARKS = frozenset("#%&@§*")
"""Punctuation to Unicode that is read aloud: C# is not C, and 5 % is not 5."""
_SPACELESS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


class _Table(dict[int, str | None]):
    """What becomes of each character, decided when it is first met: itself, a space, or nothing."""

    def __missing__(self, code: int) -> str | None:
        self[code] = found = _kept(chr(code))
        return found


_TABLE = _Table()


def strong_form(text: str) -> str:
    """Return the grouping form with everything but letters, digits and symbols that carry meaning made one space.

    Symbols are those of Unicode's classes Sm, Sc and So (+, $, emoji), faces, # % & @ § *, and the sign and point of a
    number. A text that has nothing else ("?!") stays its grouping form: it must not become all other such texts.
    """
    form = grouping_form(text)
    parts = _ALONE.split(form)
    kept = "".join(part if place % 2 else part.translate(_TABLE) for place, part in enumerate(parts))
    return " ".join(kept.split()) or form


def units(form: str) -> list[str]:
    """Return the words of a strong form; of a text in a script without spaces, its characters."""
    return list(form.replace(" ", "")) if is_spaceless(form) else form.split()


def is_spaceless(form: str) -> bool:
    """Tell whether more than half of a text is in a script that puts no spaces between words (Chinese, Thai, ...)."""
    return not form.isascii() and 2 * len(_SPACELESS.findall(form)) > len(form) - form.count(" ")


def marks(text: str) -> set[str]:
    """Return the punctuation characters of a text, which its strong form has lost."""
    return {each for each in set(text) if unicodedata.category(each)[0] == "P"}


def _kept(character: str) -> str | None:
    kind = unicodedata.category(character)
    if kind[0] in "LMN" or kind in ("Sm", "Sc", "So") or character in _KEPT_MARKS:
        return character
    return None if kind == "Cf" else " "
