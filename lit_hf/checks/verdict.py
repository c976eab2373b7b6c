"""What each check found in one sentence, and whether a score on these data would be fair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.checks.conflicts import Conflicts
from lit_hf.checks.contract import Data
from lit_hf.checks.duplicates import Copies, Duplicates
from lit_hf.checks.rules import Rule
from lit_hf.checks.shortcuts import Shortcuts
from lit_hf.checks.small import Small

OK, LOOK, UNFAIR, SKIPPED = "ok", "look", "unfair", "not checked"
ORDER = (SKIPPED, OK, LOOK, UNFAIR)
"""From the mildest on."""
OVERLAP = 0.005
"""Share of a split's rows that stand in the first split, from which on a score on that split is unfair."""
COPIED = 0.01
"""Share of rows that are copies or near copies within the first split, from which on to look."""
DRIFTED = float(np.log2(1_000))
"""Bits of evidence for two distributions of labels: odds of a thousand."""
LOOK_SHARE, UNFAIR_SHARE = 0.25, 0.9
"""Shares of the class prior's bits that one rule saves."""
_NO_LABELS = "Name their column with `--label-column`."
_LISTED = "The pairs are in pairs.csv of `--output DIR`."


@dataclass(frozen=True)
class Finding:
    """One check: its verdict (ok, look, unfair, not checked), one sentence, and what to do next."""

    check: str
    verdict: str
    sentence: str
    next_step: str


def find_all(data: Data, copies: Duplicates, conflicts: Conflicts, shortcuts: Shortcuts, small: Small) -> list[Finding]:
    """Return a finding for each check, in the order in which they are shown."""
    return [
        _overlap(data, copies), _duplicates(data, copies), _conflicts(data, conflicts), _shortcuts(shortcuts),
        _order(shortcuts), _inputs(small), _classes(data, small), _drift(data, small),
    ]  # fmt: skip


def worst(findings: list[Finding]) -> str:
    """Return the gravest verdict."""
    return max((each.verdict for each in findings), key=ORDER.index)


def _overlap(data: Data, copies: Duplicates) -> Finding:
    between = [each for each in copies.counts if each.split != each.other]
    if not between:
        return Finding("overlap", SKIPPED, "There is one split only.", "Give the other with `--test FILE`.")
    verdict = max((_overlap_verdict(each, data.splits[0]) for each in between), key=ORDER.index)
    said = [
        f"{each.exact:,} of {each.rows:,} rows of {each.split} ({each.share:.2%}) are copies of rows of {each.other}, "
        f"{each.near:,} more are near copies"
        for each in between
    ]
    step = "" if verdict == OK else f"Take them out of one split. {_LISTED}"
    return Finding("overlap", verdict, "; ".join(said) + ".", step)


def _overlap_verdict(found: Copies, first: str) -> str:
    """Return unfair only for copies of what is learned from: the first split."""
    if found.other == first and found.share >= OVERLAP:
        return UNFAIR
    return LOOK if found.exact or (found.rows and found.near / found.rows >= OVERLAP) else OK


def _duplicates(data: Data, copies: Duplicates) -> Finding:
    found = copies.counts[0]
    many = found.rows > 0 and (found.exact + found.near) / found.rows >= COPIED
    sentence = (
        f"{found.exact:,} of {found.rows:,} rows of {found.split} are copies of an earlier one "
        f"({found.canonical:,} in the form that lit-hf groups by), {found.near:,} have a near copy."
    )
    step = f"A split drawn at random tears copies apart: split by group. {_LISTED}" if many else ""
    return Finding("duplicates", LOOK if many else OK, sentence, step)


def _conflicts(data: Data, found: Conflicts) -> Finding:
    if not data.labels.known.any():
        return Finding("conflicting labels", SKIPPED, "There are no labels.", _NO_LABELS)
    sentence = (
        f"{found.groups:,} of {found.copied:,} groups of copies ({found.rows:,} rows) and {found.near:,} pairs of near "
        "copies carry different labels."
    )
    bad = found.groups + found.near > 0
    step = f"Look which label is right. {_LISTED}" if bad else ""
    return Finding("conflicting labels", LOOK if bad else OK, sentence, step)


def _shortcuts(found: Shortcuts) -> Finding:
    if found.reason is not None:
        return Finding("shortcuts", SKIPPED, f"No rule was tried: {found.reason}.", "")
    if not found.by_bits:
        sentence = f"No token, column or length saves any of the {found.prior:,.0f} bits of the labels."
        return Finding("shortcuts", OK, sentence, "")
    best = found.by_bits[0]
    verdict = _rule_verdict(best, found)
    steps = {
        OK: "",
        LOOK: "Is the task meant to be so easy? `lit-hf eval` says what an encoder saves beyond raw input.",
        UNFAIR: f"Take {best.words} out of what a model reads, or say that it gives the label away.",
    }
    return Finding("shortcuts", verdict, f"{_saves(best, found)}.", steps[verdict])


def _rule_verdict(best: Rule, found: Shortcuts) -> str:
    """Return unfair from nine tenths on; a column that only names the label once more is there to look at."""
    share = found.share(best)
    return UNFAIR if share > UNFAIR_SHARE and not best.renames else LOOK if share > LOOK_SHARE else OK


def _order(found: Shortcuts) -> Finding:
    if found.reason is not None:
        return Finding("order of rows", SKIPPED, f"No rule was tried: {found.reason}.", "")
    best = max(found.order, key=lambda each: each.saved)
    if best.saved <= 0:
        return Finding("order of rows", OK, "Neither the previous row nor the row number says anything.", "")
    sorted_rows = found.share(best) > LOOK_SHARE
    step = "Shuffle before you split or take the first rows; lit-hf draws at random." if sorted_rows else ""
    return Finding("order of rows", LOOK if sorted_rows else OK, f"{_saves(best, found)}.", step)


def _saves(best: Rule, found: Shortcuts) -> str:
    words = best.words[:1].upper() + best.words[1:]
    again = ", and names the label once more" if best.renames else ""
    return f"{words} saves {best.saved:,.0f} of {found.prior:,.0f} bits ({found.share(best):.1%}){again}"


def _inputs(small: Small) -> Finding:
    empty = [f"{each.empty:,} of {each.rows:,} inputs of {each.split} are empty" for each in small.counts if each.empty]
    bare = [
        f"{each.unlabelled:,} of {each.rows:,} rows of {each.split} have no label"
        for each in small.counts
        if each.unlabelled
    ]
    sentence = "; ".join([*empty, *bare]) or "No input is empty, no label is missing"
    return Finding("inputs", LOOK if empty else OK, f"{sentence}.", "lit-hf leaves such rows out." if empty else "")


def _classes(data: Data, small: Small) -> Finding:
    if data.labels.kind in ("numbers", "tags") or not data.labels.known[data.first].any():
        return Finding("classes", SKIPPED, f"There are no classes in {data.splits[0]}.", "")
    tiny = [f"{name!r} ({count})" for name, count in small.tiny[:5]]
    more = f" and {len(small.tiny) - 5} more" if len(small.tiny) > 5 else ""
    said = [f"fewer than 5 examples: {', '.join(tiny)}{more}"] if tiny else []
    said += [f"alike but for case and spaces: {', '.join(map(repr, names))}" for names in small.alike[:3]]
    step = "Merge such classes, or say that they cannot be learned." if said else ""
    sentence = f"Classes {'; '.join(said)}." if said else "No class has fewer than 5 examples, no two names are alike."
    return Finding("classes", LOOK if said else OK, sentence, step)


def _drift(data: Data, small: Small) -> Finding:
    if not small.drift:
        return Finding("label drift", SKIPPED, "There are no labels of another split to compare.", "")
    far = [each for each in small.drift if each.evidence > DRIFTED]
    said = [
        f"{each.labels:,} labels of {each.split} cost {abs(each.bits):,.1f} bits {'more' if each.bits > 0 else 'less'} "
        f"by the distribution of {data.splits[0]} than by their own"
        for each in small.drift
    ]
    step = "Scores that depend on how often a class occurs will differ between the splits." if far else ""
    return Finding("label drift", LOOK if far else OK, "; ".join(said) + ".", step)
