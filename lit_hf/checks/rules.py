"""One rule and what it saves: the labels coded by a Krichevsky-Trofimov code for each value of one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lit_hf.checks.kt import KT
from lit_hf.checks.labels import Question

KINDS = ("token", "column", "length", "previous label", "row number")
LEAST_ROWS = 20
"""Rules that touch fewer rows are no candidates; inputs alone decide it, so it costs no bits."""


@dataclass(frozen=True)
class Rule:
    """A rule in words, and the bits that it saves; the choice of kind and candidate is paid for.

    bits = sum_v L_KT(labels whose value is v) + log2 5 (the kind) + log2(candidates of the kind); saved of those of the
    class prior, or of the uniform code where that is cheaper (by at most (C - 1)/2 log2 N or so).
    """

    kind: str
    words: str
    saved: float
    """Bits."""
    rows: int
    """Rows that it touches: those without the commonest value."""
    candidates: int
    renames: bool = False
    """True of a column that names the label once more: each of its values has one label, each label one value."""

    @property
    def saved_per_row(self) -> float:
        """Return bits saved by row that the rule touches."""
        return self.saved / self.rows if self.rows else 0.0


class Prior:
    """The labels of the first split, and what they cost without any rule."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.rows = [np.flatnonzero(each.codes >= 0) for each in questions]
        self.questions = questions
        self.coders = [KT(len(rows), each.size) for rows, each in zip(self.rows, questions, strict=True)]
        self.counts = [
            np.bincount(each.codes[rows], minlength=each.size) for rows, each in zip(self.rows, questions, strict=True)
        ]
        bits = [coder.bits(counts) for coder, counts in zip(self.coders, self.counts, strict=True)]
        self.bits = sum(bits)
        """What the class prior pays."""
        uniform = [len(rows) * np.log2(each.size) for rows, each in zip(self.rows, questions, strict=True)]
        self.reference = float(np.minimum(bits, uniform).sum())
        """What a rule must save of: the class prior's bits or, where that is cheaper, the uniform code's. A code of its
        own for each label is the uniform code, so a column of ids saves nothing of it."""

    def of_values(self, values: np.ndarray) -> float:
        """Return the bits of the labels given `values`, int [n] from 0 on: one for each row, whatever it stands for."""
        total = 0.0
        for rows, question, coder in zip(self.rows, self.questions, self.coders, strict=True):
            total += coder.split_bits(np.unique(values[rows], return_inverse=True)[1], question.codes[rows])
        return total

    def renamed_by(self, values: np.ndarray) -> bool:
        """Tell whether `values` and the labels of the only question are one to one."""
        if len(self.questions) != 1 or not len(self.rows[0]):
            return False
        labels, mine = self.questions[0].codes[self.rows[0]], values[self.rows[0]]
        cells = len(np.unique(np.stack([labels, mine]), axis=1).T)
        return cells == len(np.unique(labels)) == len(np.unique(mine))


def rule(prior: Prior, kind: str, words: str, values: np.ndarray, candidates: int) -> Rule:
    """Return the rule that codes labels by `values`, int [n]."""
    touched = len(values) - int(np.bincount(values).max(initial=0))
    saved = prior.reference - prior.of_values(values) - naming(candidates)
    return Rule(kind, words, saved, touched, candidates, prior.renamed_by(values))


def naming(candidates: int) -> float:
    """Return the bits that name a kind and one of its candidates."""
    return float(np.log2(len(KINDS)) + np.log2(max(candidates, 1)))
