"""Labels that one thing gives away: a token, a column, the length, the previous row's label, the row's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lit_hf.checks.contract import Data
from lit_hf.checks.corpus import Corpus
from lit_hf.checks.rules import LEAST_ROWS, Prior, Rule, naming, rule
from lit_hf.checks.token_rules import token_rules

EIGHTHS = 8
BLOCKS = (8, 64)
"""The row number is coded by the eighth, or the sixty-fourth, of the split that it falls in."""
SHOWN = 10


@dataclass(frozen=True)
class Shortcuts:
    """`prior`: bits of the labels of the first split under the class prior. Only rules that save bits are listed."""

    prior: float
    by_bits: tuple[Rule, ...]
    by_row: tuple[Rule, ...]
    """By bits saved for each row touched; rules that touch fewer than 20 rows are left out."""
    by_kind: tuple[Rule, ...]
    """The rule of each kind that saves most: a column is not hidden by what words say."""
    order: tuple[Rule, ...]
    """Rules by the previous row's label and the row number, which the order of the file gives away, saving or not."""
    reason: str | None = None
    """Why there are none to look for."""

    def share(self, found: Rule) -> float:
        """Return the share of the class prior's bits that a rule saves."""
        return found.saved / self.prior if self.prior > 0 else 0.0


def find_shortcuts(data: Data, corpus: Corpus) -> Shortcuts:
    """Code the labels of the first split by each candidate rule (`rules.Rule` says how) and keep the best."""
    cut = data.first
    questions = [type(each)(each.codes[cut], each.size) for each in data.labels.questions()]
    if not questions:
        return Shortcuts(0.0, (), (), (), (), "labels belong to words, not to rows")
    if not any((each.codes >= 0).any() for each in questions):
        return Shortcuts(0.0, (), (), (), (), "the first split has no labels")
    prior = Prior(questions)
    order = (_previous(prior), *_row_number(prior, data))
    rules = [
        *token_rules(data, corpus, prior, SHOWN), *_columns(prior, data.columns), *_lengths(prior, data.lengths)
    ]  # fmt: skip
    saving = sorted((each for each in rules if each.saved > 0), key=lambda each: -each.saved)
    dense = [each for each in saving if each.rows >= LEAST_ROWS]
    return Shortcuts(
        prior.bits,
        tuple(saving[:SHOWN]),
        tuple(sorted(dense, key=lambda each: -each.saved_per_row)[:SHOWN]),
        tuple({each.kind: each for each in reversed(saving)}.values())[::-1],
        tuple(order),
    )


def eighths(values: np.ndarray) -> np.ndarray:
    """Return the eighth, int [n] from 0, that each of float `values` [n] falls in; a part of its own for NaN."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values), np.int64)
    cuts = np.unique(np.quantile(values[known], np.arange(1, EIGHTHS) / EIGHTHS))
    return np.where(known, np.searchsorted(cuts, values, side="right"), len(cuts) + 1).astype(np.int64)


def _columns(prior: Prior, columns: Mapping[str, Sequence[Any]]) -> list[Rule]:
    """Code labels by the values of each column, and by the eighths of those that hold numbers."""
    found = {f"the value of {name}": _numbered(values) for name, values in columns.items()}
    for name, values in columns.items():
        if _are_numbers(values):
            numbers = np.array([np.nan if value is None else float(value) for value in values])
            found[f"the eighth of {name}"] = eighths(numbers)
    return [rule(prior, "column", words, values, len(found)) for words, values in found.items()]


def _lengths(prior: Prior, lengths: Mapping[str, np.ndarray]) -> list[Rule]:
    return [
        rule(prior, "length", f"the eighth of {name}", eighths(values), len(lengths))
        for name, values in lengths.items()
    ]


def _previous(prior: Prior) -> Rule:
    """Code each label given the one of the last row that has one."""
    total = 0.0
    for rows, question, coder in zip(prior.rows, prior.questions, prior.coders, strict=True):
        codes = question.codes[rows]
        before = np.concatenate([[question.size], codes])[: len(codes)]  # nothing stands before the first
        total += coder.split_bits(np.unique(before, return_inverse=True)[1], codes)
    most = max(len(rows) for rows in prior.rows)
    return Rule("previous label", "the previous row's label", prior.reference - total - naming(1), most, 1)


def _row_number(prior: Prior, data: Data) -> list[Rule]:
    rows = int(data.starts[1])
    return [
        rule(prior, "row number", f"the row number in {blocks} equal blocks", np.arange(rows) * blocks // rows, 2)
        for blocks in BLOCKS
        if rows >= blocks
    ]


def _numbered(values: Sequence[Any]) -> np.ndarray:
    place: dict[str, int] = {}
    return np.array([place.setdefault(repr(value), len(place)) for value in values], np.int64)


def _are_numbers(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)
