"""Shingles of texts: runs of three words, or of five characters where words are not set apart, as 64-bit hashes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lit_hf.checks.corpus import Corpus, word_hashes

WORDS, CHARACTERS = 3, 5
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Shingles:
    """Segment s has the shingles `hashes[ends[s]:ends[s + 1]]`, uint64, sorted and distinct."""

    hashes: np.ndarray
    ends: np.ndarray

    def of(self, segment: int) -> np.ndarray:
        """Return the shingles of one segment."""
        return self.hashes[self.ends[segment] : self.ends[segment + 1]]

    def jaccard(self, first: int, second: int) -> float:
        """Return |A and B| / |A or B| of two segments, exactly; a hash that two shingles share is one in 2^64."""
        one, other = self.of(first), self.of(second)
        both = len(np.intersect1d(one, other, assume_unique=True))
        return both / (len(one) + len(other) - both)


def read_shingles(corpus: Corpus) -> Shingles:
    """Return the shingles of every segment; a text that is shorter than one has a single shingle, all of it."""
    hashes = word_hashes(corpus.vocabulary)[corpus.words]
    lengths = np.diff(corpus.ends)
    run = np.minimum(np.where(corpus.spaceless, CHARACTERS, WORDS), np.maximum(lengths, 1))
    counts = np.maximum(lengths - run + 1, 0)
    owner = np.repeat(np.arange(len(lengths)), counts)
    starts = np.cumsum(counts) - counts
    at = np.arange(len(owner)) - starts[owner] + corpus.ends[:-1][owner]
    found = np.zeros(len(owner), np.uint64)
    for step in range(CHARACTERS):
        inside = run[owner] > step
        found[inside] = mix(found[inside] * _GOLDEN + hashes[at[inside] + step])
    return _distinct(found, owner, len(lengths))


def mix(values: np.ndarray) -> np.ndarray:
    """Return uint64 values scrambled by the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    scrambled: np.ndarray = values ^ (values >> np.uint64(31))
    return scrambled


def _distinct(hashes: np.ndarray, owner: np.ndarray, segments: int) -> Shingles:
    order = np.lexsort((hashes, owner))
    hashes, owner = hashes[order], owner[order]
    new = np.ones(len(hashes), bool)
    new[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    ends = np.concatenate([[0], np.cumsum(np.bincount(owner[new], minlength=segments))]).astype(np.int64)
    return Shingles(hashes[new], ends)
