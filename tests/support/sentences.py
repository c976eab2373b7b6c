"""Sentences whose label is a word of theirs: a tiny encoder learns them in seconds."""

from __future__ import annotations

import numpy as np

from tests.support.tiny import WORDS

PLAIN = [word for word in WORDS if word not in ("good", "bad")]


def sentences(count: int, seed: int) -> tuple[list[str], list[int]]:
    """Return distinct sentences of 8 words, one of them "good" (label 1) or "bad" (label 0), and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count).tolist()
    texts = []
    for label in labels:
        words = [str(word) for word in rng.choice(PLAIN, 7)]
        words.insert(int(rng.integers(0, 8)), ("bad", "good")[label])
        texts.append(" ".join(words))
    return texts, labels
