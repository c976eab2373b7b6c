"""The form in which two inputs are one: no checkpoint decides it. Imports nothing heavy, for the checks use it too."""

from __future__ import annotations

import unicodedata

from lit_hf.runtime.inputs import Input


def grouping_form(text: str) -> str:
    """Return a text as it is grouped: Unicode NFKC, case folded, each run of white space one space, trimmed.

    Folding can undo the normal form, so the text is normalised before and after; the form of a form is itself.
    Unicode Standard Annex 15; the Unicode Standard, section 3.13 (`toNFKC_Casefold` keeps no promise on white space).
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def grouping_input(value: Input) -> Input:
    """Return an input as it is grouped: a text by its form, a pair by both; images, sounds, words and rows exactly."""
    if isinstance(value, str):
        return grouping_form(value)
    return (grouping_form(value[0]), grouping_form(value[1])) if isinstance(value, tuple) else value
