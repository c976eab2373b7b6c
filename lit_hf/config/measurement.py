"""Settings of the measurement: orders, seed, twins and the code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from lit_hf.config.fields import Enters, Part, require, require_counts, require_one_of, setting

CODES = ("online", "block", "block-raw", "block-geometric", "block-bank", "block-bank-geometric")
_setting = partial(setting, group="Measurement")


@dataclass(frozen=True, kw_only=True)
class MeasurementSettings(Part):
    """How labels are coded, how often, and against what."""

    orders: int = _setting(3, meaning="Code the labels in so many orders and average.")
    seed: int = _setting(0, meaning="Seed of the sample, orders, probes and twins.")
    twins: int = _setting(
        3,
        meaning="How many random twins. The first codes all labels, each further one the first quarter of them, "
        "at least 2,048.",
    )
    code: str = _setting("online", meaning="online; or block, Voita and Titov's code, for reference.")
    sensitivity: bool = _setting(
        False, meaning="Code again without each kind of probe: does one make the result?", as_before=Enters.NEVER
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_counts(self, "orders", "twins")
        require(0 <= self.seed < 2**128, "seed", self.seed, "a whole number from 0 to 2^128 - 1")
        require_one_of("code", self.code, CODES)
