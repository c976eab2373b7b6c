"""Results that are none, were changed, or do not go together."""

from __future__ import annotations

from collections.abc import Sequence

from lit_hf.errors.base import LitError


class NotARecord(LitError):
    """A file or folder is not a record of lit-hf."""

    def __init__(self, path: object, reason: str = "it holds no record.json of schema lit-hf/record/1") -> None:
        super().__init__(
            f"{path} is not a record: {reason}.", "Give a folder that `lit-hf eval ... --output DIR` wrote."
        )
        self.path, self.reason = str(path), reason


class BadBitstream(LitError):
    """A file of labels is damaged, foreign, or was written with other arithmetic; no label of it may be trusted.

    `increment`: the first one, from 1, at which it shows; 0 is the header. `span`: its positions [start, stop).
    """

    def __init__(self, reason: str, increment: int, span: tuple[int, int] = (0, 0)) -> None:
        where = f"at increment {increment} (labels {span[0] + 1:,} to {span[1]:,})" if increment else "at its header"
        super().__init__(
            f"the file of labels fails {where}: {reason}.",
            "Delete it and write it again: on this machine, from the same features.",
        )
        self.reason, self.increment, self.span = reason, increment, span


class RecordChanged(LitError):
    """A record does not fit its own parts, or what it says it was made from."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"the record in {path} was changed: {reason}.", "Run its settings.yaml again.")
        self.path, self.reason = str(path), reason


class MadeOfOther(LitError):
    """Data or checkpoint are not those that a result was made of; `differences` says which, in words."""

    def __init__(self, record: str, differences: Sequence[str]) -> None:
        super().__init__(
            f"this is not what result {record} was made of: {'; '.join(differences)}.",
            "Bring back what it was made of, or add `--allow-changed` to go on with what is here now.",
        )
        self.record, self.differences = record, tuple(differences)


class LacksPart(LitError):
    """A record has not the part that a plot or a page needs; `how` says how to get it."""

    def __init__(self, record: str, part: str, how: str) -> None:
        super().__init__(f"record {record} has no {part}.", how)
        self.record, self.part, self.how = record, part, how


class IncomparableRecords(LitError):
    """Two records must not be compared: other bank, other dataset, other unit."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"these records cannot be compared: {reason}.", "Evaluate both with the same version and settings."
        )
        self.reason = reason
