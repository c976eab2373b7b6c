"""Compression: how many times shorter the code is than the uniform code.

    compression = k * log2 C / sum_i l_i

A ratio; the minimum description length, MDL, is the sum itself, in bits.

At 1 nothing was learned; it has no upper end; below 1 only by the two bits that a code may pay above uniform, or
where the groups are large. Voita and Titov (2020), "Information-theoretic probing with minimum description length",
arXiv 2003.12298.
"""

from __future__ import annotations


def compression(uniform_bits: float, codelength_bits: float) -> float:
    """Return the uniform code's bits divided by the codelength; NaN for labels that cost nothing."""
    return uniform_bits / codelength_bits if codelength_bits > 0 else float("nan")
