"""Random texts with nothing to find in them."""

from __future__ import annotations

import numpy as np


def random_texts(count: int, words: int = 30, seed: int = 0, vocabulary: int = 2_000) -> list[str]:
    """Return texts of words drawn by Zipf's law, all different."""
    chances = 1 / np.arange(1, vocabulary + 1)
    drawn = np.random.default_rng(seed).choice(vocabulary, (count, words), p=chances / chances.sum())
    return [" ".join(f"w{word}" for word in row) for row in drawn]


def change(text: str, every: int, rng: np.random.Generator) -> str:
    """Return the text with one word in each run of `every` words replaced by a new one."""
    words = text.split()
    for start in range(0, len(words) - every + 1, every):
        words[start + int(rng.integers(every))] = f"new{rng.integers(1 << 30)}"
    return " ".join(words)
