"""Near copies in linear time: MinHash signatures in bands propose pairs, their shingles confirm them.

Broder (1997), "On the resemblance and containment of documents"; bands: Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3. In numpy, over all texts at once: 100,000 texts of 100 words take 3 seconds; the package
datasketch 2.0, which builds signatures and buckets text by text, takes 35, and its buckets have no bound.
"""

from __future__ import annotations

import numpy as np

from lit_hf.checks.shingles import Shingles, mix

HASHES, BANDS = 128, 32
NEAR = 0.6
"""Jaccard of shingles from which on two texts are near copies. Of pairs at 0.6 the bands propose 1 - (1 - 0.6^4)^32 =
.988, of those at 0.7 .9998."""
PROMISING = 0.4
"""Share of equal hashes below which a pair is let go unconfirmed: at 0.6 that is 4.6 standard deviations off."""
NEIGHBOURS = 16
"""In a bucket each text is paired with so many that follow it: all pairs of up to 17 texts, and never quadratic."""
_AT_ONCE = 1 << 16


def near_pairs(shingles: Shingles, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of forms, int64 [P, 2] with the lower first and sorted, and the Jaccard [P] of each.

    Segment `form * parts + part` is a text of a form. Of pairs of texts, both must be near; the lower Jaccard counts.
    """
    signatures = sign(shingles, parts)
    pairs = _promising(signatures, _proposed(signatures))
    overlap = np.array([_jaccard(shingles, parts, first, second) for first, second in pairs.tolist()])
    kept = overlap >= NEAR
    return pairs[kept], overlap[kept]


def sign(shingles: Shingles, parts: int) -> np.ndarray:
    """Return uint32 [G, 128]: for each form and hash function the least hash of its shingles."""
    forms = (len(shingles.ends) - 1) // parts
    ends, found = shingles.ends[::parts], np.empty((forms, HASHES), np.uint32)
    seeds = mix(np.arange(1, 2 * HASHES + 1, dtype=np.uint64)).reshape(2, HASHES)
    start = 0
    while start < forms:
        stop = max(int(np.searchsorted(ends, ends[start] + _AT_ONCE, side="right")) - 1, start + 1)
        hashes = shingles.hashes[ends[start] : ends[stop]]
        places = ends[start:stop] - ends[start]
        for column in range(HASHES):
            scrambled = (hashes ^ seeds[0, column]) * (seeds[1, column] | np.uint64(1))
            found[start:stop, column] = np.minimum.reduceat(scrambled, places) >> np.uint64(32)
        start = stop
    return found


def _proposed(signatures: np.ndarray) -> np.ndarray:
    """Return pairs of forms that are equal in a band, int64 [P, 2], each once."""
    forms, found = np.int64(len(signatures)), np.empty(0, np.int64)
    for band in np.split(signatures.astype(np.uint64), BANDS, axis=1):
        key = np.zeros(len(band), np.uint64)
        for column in band.T:
            key = mix(key + column)
        order = np.argsort(key, kind="stable")
        key, alike = key[order], [found]
        for step in range(1, NEIGHBOURS + 1):
            same = np.flatnonzero(key[:-step] == key[step:])
            if not len(same):
                break
            alike.append(order[same] * forms + order[same + step])
        found = np.unique(np.concatenate(alike)) if len(alike) > 1 else found
    return np.stack(np.divmod(found, forms), axis=1)


def _promising(signatures: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    kept = [
        part[(signatures[part[:, 0]] == signatures[part[:, 1]]).mean(1) >= PROMISING]
        for part in np.array_split(pairs, len(pairs) // _AT_ONCE + 1)
    ]
    return np.concatenate(kept)


def _jaccard(shingles: Shingles, parts: int, first: int, second: int) -> float:
    return min(shingles.jaccard(first * parts + part, second * parts + part) for part in range(parts))
