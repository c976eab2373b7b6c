"""What all checks found: a frozen result, as JSON, as tables and as a figure."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf._version import __version__
from lit_hf.checks.conflicts import Conflicts
from lit_hf.checks.contract import Data
from lit_hf.checks.duplicates import Duplicates
from lit_hf.checks.rules import Rule
from lit_hf.checks.shortcuts import Shortcuts
from lit_hf.checks.small import Small
from lit_hf.checks.verdict import Finding, worst

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

SCHEMA = "lit-hf/data-check/1"
PAIR_COLUMNS = {
    "kind": "text", "jaccard": "number", "conflict": "truth",
    **{
        f"{name}_{side}": "whole" if name == "row" else "text"
        for side in ("a", "b")
        for name in ("split", "row", "label", "text")
    },
}  # fmt: skip
"""Columns of the table of pairs, and what they hold."""
RULE_COLUMNS = {
    "kind": "text", "rule": "text", "saved_bits": "number", "share": "number", "rows": "whole",
    "saved_bits_per_row": "number", "candidates": "whole", "renames_label": "truth",
}  # fmt: skip
LISTED = 100
"""Pairs in the JSON, conflicting ones first; the table has all."""


@dataclass(frozen=True)
class DataCheck:
    """What would make a score on labelled data unfair. Codelengths are in bits, shares between 0 and 1, counts in rows.

    `findings`: a verdict for each check. `shortcuts.prior` is what the labels of the first split cost by the class
    prior, `shortcuts.by_bits[0].saved` what the best rule saves of it. Rows count from 0 in the split as loaded.
    """

    findings: tuple[Finding, ...]
    duplicates: Duplicates
    conflicts: Conflicts
    shortcuts: Shortcuts
    small: Small
    data: Data = field(repr=False)

    @property
    def verdict(self) -> str:
        """Return the gravest verdict of all checks: ok, look or unfair."""
        return worst(list(self.findings))

    def pairs(self, most: int | None = None) -> list[dict[str, Any]]:
        """Return the pairs of copies and near copies (the first `most`), conflicting labels first, then by Jaccard."""
        order = np.lexsort((-self.duplicates.pairs.jaccard, ~self.conflicts.pairs))
        return [self._pair(int(each)) for each in order[:most]]

    def rules(self) -> list[dict[str, Any]]:
        """Return all listed rules once, most bits saved first."""
        found = dict.fromkeys(
            [*self.shortcuts.by_bits, *self.shortcuts.by_row, *self.shortcuts.by_kind, *self.shortcuts.order]
        )
        return [self._rule(each) for each in sorted(found, key=lambda each: -each.saved)]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `lit_hf/records/schemas/data-check-1.json`."""
        return {
            "schema": SCHEMA, "version": __version__,
            "dataset": None if self.data.about is None else dict(self.data.about),
            "verdict": self.verdict,
            "splits": [dataclasses.asdict(each) for each in self.small.counts],
            "labels": self.data.labels.kind,
            "findings": [dataclasses.asdict(each) for each in self.findings],
            "copies": [{**dataclasses.asdict(each), "share": each.share} for each in self.duplicates.counts],
            "conflicts": {
                "groups_of_copies": self.conflicts.copied, "groups": self.conflicts.groups, "rows": self.conflicts.rows,
                "near_pairs": self.conflicts.near,
            },
            "pairs": {"count": len(self.conflicts.pairs), "first": self.pairs(LISTED)},
            "prior_bits": self.shortcuts.prior,
            "rules": {
                "by_bits": [self._rule(each) for each in self.shortcuts.by_bits],
                "by_row": [self._rule(each) for each in self.shortcuts.by_row],
                "by_kind": [self._rule(each) for each in self.shortcuts.by_kind],
                "order": [self._rule(each) for each in self.shortcuts.order],
            },
            "tiny_classes": [{"name": name, "examples": count} for name, count in self.small.tiny],
            "alike_classes": [list(names) for names in self.small.alike],
            "drift": [dataclasses.asdict(each) for each in self.small.drift],
        }  # fmt: skip

    def to_json(self) -> str:
        """Return `to_dict` as text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    def to_frame(self) -> pandas.DataFrame:
        """Return the pairs of copies and near copies, a row each: where they stand, Jaccard, labels, texts."""
        import pandas

        return pandas.DataFrame(self.pairs(), columns=list(PAIR_COLUMNS))

    def plot(self) -> Figure:
        """Return a figure of what the best rules save, as shares of the class prior's bits."""
        from lit_hf.reports.data_check import figure

        return figure(self.to_dict())

    def _rule(self, found: Rule) -> dict[str, Any]:
        return {
            "kind": found.kind, "rule": found.words, "saved_bits": found.saved, "share": self.shortcuts.share(found),
            "rows": found.rows, "saved_bits_per_row": found.saved_per_row, "candidates": found.candidates,
            "renames_label": found.renames,
        }  # fmt: skip

    def _pair(self, index: int) -> dict[str, Any]:
        pairs = self.duplicates.pairs
        found: dict[str, Any] = {
            "kind": "exact" if pairs.exact[index] else "near",
            "jaccard": round(float(pairs.jaccard[index]), 4),
            "conflict": bool(self.conflicts.pairs[index]),
        }
        for side, row in zip("ab", pairs.rows[index].tolist(), strict=True):
            split, number = self.data.place(row)
            found |= {f"split_{side}": split, f"row_{side}": number, f"label_{side}": self.data.labels.spoken(row)}
            found[f"text_{side}"] = _text(self.data.inputs[row])
        return found


def _text(value: Any) -> str | None:
    """Return a text, or the texts of a pair in two paragraphs; nothing for a hash. No file holds half a character."""
    text = value if isinstance(value, str) else "\n\n".join(value) if isinstance(value, tuple) else None
    return None if text is None else text.encode("utf-8", "replace").decode()
