"""Shortcuts by one token: the labels coded given whether it is there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lit_hf.checks.contract import Content, Data
from lit_hf.checks.corpus import NOTHING, SECOND, Corpus
from lit_hf.checks.form import marks
from lit_hf.checks.kt import KT
from lit_hf.checks.labels import Question
from lit_hf.checks.rules import LEAST_ROWS, Prior, Rule, naming


def token_rules(data: Data, corpus: Corpus, prior: Prior, keep: int) -> list[Rule]:
    """Return the `keep` best rules by bits saved, and the `keep` best by bits saved for each row with the token.

    Candidates are all words (characters in scripts without spaces) and punctuation marks in at least 20 rows of the
    first split; in each text of a pair they are candidates of their own.
    """
    rows, tokens, names = _occurrences(data, corpus)
    counts = np.bincount(tokens, minlength=len(names))
    usual = counts >= LEAST_ROWS
    if not usual.any():
        return []
    kept = usual[tokens]
    place = np.cumsum(usual) - 1
    rows, tokens = rows[kept], place[tokens[kept]]
    total = np.zeros(int(usual.sum()))
    for known, question, coder in zip(prior.rows, prior.questions, prior.coders, strict=True):
        total += _bits(rows, tokens, len(total), question, coder, len(known))
    saved = prior.reference - total - naming(len(total))
    touched = np.minimum(counts[usual], data.starts[1] - counts[usual])
    best = np.argsort(-saved, kind="stable")[:keep]
    dense = np.argsort(-np.where(touched >= LEAST_ROWS, saved / np.maximum(touched, 1), -np.inf), kind="stable")[:keep]
    chosen = list(dict.fromkeys([*best.tolist(), *dense.tolist()]))
    spoken = [names[index] for index in np.flatnonzero(usual).tolist()]
    return [
        Rule("token", _words(spoken[each], data.parts), float(saved[each]), int(touched[each]), len(total))
        for each in chosen
    ]


def _bits(rows: np.ndarray, tokens: np.ndarray, count: int, question: Question, coder: KT, known: int) -> np.ndarray:
    """Return the bits [T] of a question's labels given each token: two codes, with and without it.

    Only cells (token, class) that occur are touched, so many classes cost no more than few.
    """
    there = question.codes[rows] >= 0
    labels, tokens = question.codes[rows[there]], tokens[there]
    cells, number = np.unique(tokens * question.size + labels, return_counts=True)
    token, label = cells // question.size, cells % question.size
    whole = np.bincount(question.codes[question.codes >= 0], minlength=question.size)
    with_it = np.bincount(token, coder.each[number], count)
    moved = coder.each[whole[label] - number] - coder.each[whole[label]]
    without = coder.each[whole].sum() + np.bincount(token, moved, count)
    having = np.bincount(tokens, minlength=count)
    found: np.ndarray = coder.total[having] + coder.total[known - having] - with_it - without
    return found


def _occurrences(data: Data, corpus: Corpus) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return (row, token) of each token of each row of the first split, once, and the tokens' names."""
    if not corpus.parts:
        return np.empty(0, np.int64), np.empty(0, np.int64), []
    forms = corpus.forms[data.first]
    rows = np.flatnonzero(forms != NOTHING)
    ends = corpus.ends[:: corpus.parts]
    start, stop = ends[forms[rows]], ends[forms[rows] + 1]
    lengths = stop - start
    at = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(start, lengths)
    words = len(corpus.vocabulary)
    pairs = np.unique(np.repeat(rows, lengths) * np.int64(max(words, 1)) + corpus.words[at])
    marked, signs, names = _punctuation(data.inputs[: data.first.stop])
    return (
        np.concatenate([pairs // max(words, 1), marked]),
        np.concatenate([pairs % max(words, 1), signs + words]),
        [*corpus.vocabulary, *names],
    )


def _punctuation(inputs: Sequence[Content | None]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    names: dict[str, int] = {}
    rows, signs = [], []
    for row, value in enumerate(inputs):
        texts = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        for part, text in enumerate(texts):
            for sign in sorted(marks(text)):
                rows.append(row)
                signs.append(names.setdefault(SECOND * part + sign, len(names)))
    return np.array(rows, np.int64), np.array(signs, np.int64), list(names)


def _words(token: str, parts: Sequence[str]) -> str:
    word = token.lstrip(SECOND)
    return f"`{word}` in {parts[len(token) - len(word)]}"
