"""What each arm paid, found by the arm's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, takewhile
from typing import TYPE_CHECKING

from lit_hf.coding.codelength import Codelength, gather
from lit_hf.evaluation.arms import BASE, ENCODER, RAW, TWIN, Arm, control_name, layer_name, twin_name, without_name

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve


INTERRUPTED = "interrupted after the first order: this is what was coded by then"
"""Why a record lacks what stands beside encoder and twin."""


@dataclass(frozen=True, eq=False)
class CodedArms:
    """The arms of one evaluation and the curves of each, by name: one curve for each of the arm's orders.

    `bank`: hash of the rule by which all were coded. `truncated`: share of the encoder's inputs that lost tokens.
    `spread`: what the features of the encoder and of the first twin differ by, relative to their size.
    """

    arms: Mapping[str, Arm]
    curves: Mapping[str, tuple[Curve, ...]]
    bank: str
    truncated: float = 0.0
    spread: tuple[float, float | None] = (1.0, None)

    def of(self, name: str) -> Codelength | None:
        """Return the codelength of an arm, or None when there is no such arm."""
        return gather(self.curves[name], self.arms[name].groups, self.bank) if name in self.arms else None

    def total(self, name: str) -> float | None:
        """Return the bits of an arm in its first order, or None."""
        return self.curves[name][0].total if name in self.arms else None

    @cached_property
    def encoder(self) -> Codelength:
        """The encoder in all orders."""
        found = self.of(ENCODER)
        assert found is not None
        return found

    @cached_property
    def twin(self) -> Codelength | None:
        """The baseline, whatever it is, in all orders."""
        return self.of(TWIN)

    @cached_property
    def raw(self) -> Codelength | None:
        """The raw input."""
        return self.of(RAW)

    @cached_property
    def base(self) -> Codelength | None:
        """Of an adapter, its base: what the adapter adds is the difference."""
        return self.of(BASE)

    @property
    def raw_kind(self) -> str | None:
        """What the raw input is turned into."""
        return self.arms[RAW].encoder.info.id if RAW in self.arms else None

    @cached_property
    def layers(self) -> dict[int, Codelength]:
        """Each layer of a profile in order 0; the encoder's own arm is the last one."""
        whole = self.arms[ENCODER]
        names = {layer: layer_name(layer) for layer in whole.encoder.layers} if self.control else {}
        curves = {layer: self.curves.get(name, self.curves[ENCODER])[:1] for layer, name in names.items()}
        return {layer: gather(found, whole.groups, self.bank) for layer, found in curves.items()}

    @property
    def further(self) -> list[str]:
        """Names of the twins beyond the first."""
        return list(takewhile(self.arms.__contains__, map(twin_name, count(2))))

    @property
    def part(self) -> int:
        """Labels of order 0 that the further twins coded; all of them when there are none."""
        return len(self.arms[self.further[0] if self.further else ENCODER].labels)

    @property
    def twin_parts(self) -> tuple[float, ...]:
        """Bits that the further twins paid for that part."""
        return tuple(self.curves[name][0].total for name in self.further)

    @property
    def control(self) -> Arm | None:
        """The encoder's control: its labels are shuffled; None in what an interrupted evaluation has."""
        return self.arms.get(control_name(ENCODER))

    @property
    def control_bits(self) -> tuple[float, float | None]:
        """Bits of the encoder and of the baseline for shuffled labels."""
        mine = self.total(control_name(ENCODER))
        assert mine is not None
        return mine, self.total(control_name(TWIN))

    @property
    def without(self) -> dict[str, tuple[float, float]]:
        """For each kind of probe left out of the bank: bits of the encoder and of the baseline in order 0."""
        from lit_hf.probes.bank import KINDS

        found = {kind: [self.total(without_name(kind, arm)) for arm in (ENCODER, TWIN)] for kind in KINDS}
        return {kind: (mine, other) for kind, (mine, other) in found.items() if mine is not None and other is not None}
