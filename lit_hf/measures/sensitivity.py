"""Sensitivity: how L_IT changes when one kind of probe is left out of the bank, in both arms.

    change(kind) = L_IT(bank without kind) - L_IT(bank)     [bits]

L_IT is relative to the bank of probes: a change near 0 says that no single kind makes the result. Neither sign is an
error. Costs as many further codings of both arms as there are kinds, in order 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """L_IT in order 0 without one `kind` of probe, and by how many bits that differs from the whole bank's."""

    kind: str
    transfer_bits: float
    change_bits: float


def sensitivity(whole: float, without: Mapping[str, tuple[float, float]]) -> list[LeftOut]:
    """Return one entry for each kind left out.

    whole: L_IT of the whole bank; without: for each kind the bits (encoder, baseline) of the bank without it; all of
    one order.
    """
    return [LeftOut(kind, base - mine, base - mine - whole) for kind, (mine, base) in without.items()]
