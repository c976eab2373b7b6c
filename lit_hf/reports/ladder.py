"""The ladder: one rung for each code of the same labels, from knowing nothing to the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from lit_hf.records.record import Record
from lit_hf.reports.phrases import name_of_baseline, name_of_prior


@dataclass(frozen=True)
class Rung:
    """One code of the labels: `bits` in all, `bits_per_label`, and its length as a `share` of the longest code's."""

    key: str
    name: str
    bits: float
    bits_per_label: float
    share: float


def ladder(record: Record) -> list[Rung]:
    """Return the rungs that the record has, in the order: uniform, class prior, raw input, random twin, encoder."""
    base = record["baselines"]
    kind = base["raw_input"]["kind"]
    codes = [
        ("uniform", "uniform code", base["uniform"]["bits"]),
        ("class_prior", name_of_prior(record), base["class_prior"]["bits"]),
        ("raw_input", f"raw input ({kind})" if kind else "raw input", base["raw_input"]["bits"]),
        ("random_twin", name_of_baseline(record), base["random_twin"]["bits"]),
        ("encoder", "encoder", record["codelength"]["bits"]),
    ]
    known = [(key, name, float(bits)) for key, name, bits in codes if bits is not None]
    longest = max(bits for _, _, bits in known) or 1.0
    labels = record["dataset"]["examples"]
    return [Rung(key, name, bits, bits / labels, bits / longest) for key, name, bits in known]


def bar(share: float, width: int, *, unicode: bool = True) -> str:
    """Return a bar of `share` times `width` cells, in eighths of a cell where the terminal has them."""
    if not unicode:
        return "#" * max(1, round(share * width))
    eighths = max(1, round(share * width * 8))
    full, part = divmod(eighths, 8)
    return "█" * full + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[part]
