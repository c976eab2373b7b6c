"""Which character separates the fields of a text file: what its name or the user says, else what its lines show."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from lit_hf.errors import BadSetting

SEPARATORS = (",", ";", "\t", "|")
SPOKEN = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}


def find_separator(lines: Sequence[str], format: str, asked: str | None) -> str:
    """Return one character; `lines` are the first of the file.

    Of those that occur in the first line, where the names stand; of several, the one that splits all `lines` alike,
    else what `csv.Sniffer` finds.
    """
    if asked is not None:
        return _known(asked)
    if format == "tsv":
        return "\t"
    present = [each for each in SEPARATORS if lines and each in lines[0]]
    if len(present) < 2:
        return present[0] if present else ","
    alike = [each for each in present if len({len(row) for row in csv.reader(lines, delimiter=each) if row}) == 1]
    return alike[0] if len(alike) == 1 else _sniff(lines, present)


def _known(asked: str) -> str:
    found = SPOKEN.get(asked.lower(), asked)
    if len(found) != 1 or found in '"\r\n':
        raise BadSetting("separator", asked, "one character, or tab")
    return found


def _sniff(lines: Sequence[str], present: Sequence[str]) -> str:
    try:
        return csv.Sniffer().sniff("".join(lines), delimiters="".join(present)).delimiter
    except csv.Error:
        return present[0]
