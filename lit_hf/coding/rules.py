"""Which code of which probes: names of codes, what each consists of, and one order of a stream made ready."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lit_hf.codes.curve import Curve
    from lit_hf.codes.probe_mixture import Code
    from lit_hf.codes.stream import Rows, Stream

BLOCK_VERSION = "1"
NUMBERS = 0
"""In place of a number of classes: labels are bins of numbers."""
BY_SHARE = ("block", "block-raw", "block-bank")
"""Codes whose blocks end at shares of the stream: their bits for a prefix depend on the length of the whole."""


@dataclass(frozen=True)
class Order:
    """One order of N examples, ready to be coded.

    index: int64 [N], the example at each position; groups: int64 [N], by position, non-decreasing.
    """

    stream: Stream
    code: Code
    index: np.ndarray
    groups: np.ndarray


def prepare_order(
    features: Rows,
    groups: np.ndarray,
    classes: int,
    *,
    number: int,
    seed: int,
    device: str = "cpu",
    keep_first: bool = True,
    rows: np.ndarray | None = None,
    kinds: Sequence[str] | None = None,
    code: str = "online",
) -> Order:
    """Lay out order `number` with fresh probes.

    groups: int64 [N] by example; rows: the row of `features` of each example (default: its own number); classes: their
    number, or `NUMBERS`.
    """
    import torch

    from lit_hf.codes.orders import order_of, positions_of_groups
    from lit_hf.codes.stream import Stream

    index = order_of(groups, seed, number, keep_first=keep_first)
    where = index if rows is None else rows[index]
    straight = len(where) == features.shape[0] and bool((np.diff(where) == 1).all())
    stream = Stream(features, None if straight else where, torch.device(device))
    along = positions_of_groups(groups, index)
    made = (
        number_code(features.shape[1], along, device)
        if classes == NUMBERS
        else make_code(code, features.shape[1], classes, along, device=device, kinds=kinds)
    )
    return Order(stream, made, index, along)


def number_code(dim: int, groups: np.ndarray, device: str = "cpu") -> Code:
    """Return the online code of numbers with fresh probes; there is no block code for them."""
    import torch

    from lit_hf.codes.numbers import NumberMixture
    from lit_hf.codes.probe_mixture import Code
    from lit_hf.codes.schedule import increments
    from lit_hf.probes.number_bank import number_bank

    learner = NumberMixture(number_bank(dim, device=device), torch.device(device))
    return Code(learner, tuple(increments(groups)), nulls=False)  # type: ignore[arg-type]


def make_code(
    name: str, dim: int, classes: int, groups: np.ndarray, *, device: str = "cpu", kinds: Sequence[str] | None = None
) -> Code:
    """Return the code `name` with fresh probes for `groups` int64 [N] by position.

    online: the bank in small increments. block: Voita and Titov's blocks and probe. block-raw: the same on features
    as they are, neither shifted nor scaled. block-geometric: blocks that double. block-bank, block-bank-geometric: the
    bank of the online code in place of their probe.
    """
    import torch

    from lit_hf.codes.blockcode import BankOverBlocks, SingleProbe, blocks_by_share, doubling_blocks
    from lit_hf.codes.probe_mixture import Code, Learner, ProbeMixture, online_code
    from lit_hf.probes.bank import KINDS, default_bank
    from lit_hf.probes.retrained import RetrainedLinear

    place = torch.device(device)
    if name == "online":
        return online_code(default_bank(dim, classes, device=device, kinds=kinds or KINDS), classes, groups, place)
    spans = blocks_by_share(groups) if name in BY_SHARE else doubling_blocks(groups)
    learner: Learner = SingleProbe(RetrainedLinear(dim, classes, device=device))
    if "bank" in name:
        bank = default_bank(dim, classes, device=device, kinds=kinds or KINDS)
        learner = BankOverBlocks(ProbeMixture(bank, classes, place), groups)
    return Code(learner, spans, nulls=False, scaled=name != "block-raw")


def code_hash(
    name: str = "online", device: str = "cpu", kinds: Sequence[str] | None = None, *, numbers: bool = False
) -> str:
    """Return the hash of the rule by which labels are coded; codelengths of different hashes are never compared."""
    from lit_hf.probes.number_bank import number_hash

    if numbers:
        return number_hash(device)
    from lit_hf.probes.bank import KINDS, bank_hash

    bank = bank_hash(device, kinds or KINDS)
    if name == "online":
        return bank
    rule = f"code {name} {BLOCK_VERSION}: {bank}"
    return hashlib.blake2b(rule.encode(), digest_size=8).hexdigest()


def published_block_code(
    features: np.ndarray, labels: np.ndarray, classes: int, *, dev: tuple[np.ndarray, np.ndarray], device: str = "cpu"
) -> Curve:
    """Code `labels` int64 [N], as they lie, by Voita and Titov's recipe to the letter: early stopping on a free set.

    features: floats [N, d], read as they are. dev: features [m, d] and labels [m] of the development set that nobody
    pays for. Beside it the online code has a handicap, which is the point of the comparison.
    """
    import torch

    from lit_hf.codes.blockcode import SingleProbe, blocks_by_share
    from lit_hf.codes.prequential import Coder
    from lit_hf.codes.probe_mixture import Code
    from lit_hf.codes.stream import Stream, to_tensor
    from lit_hf.probes.retrained import RetrainedLinear

    place, groups = torch.device(device), np.arange(len(labels))
    chosen_by = to_tensor(dev[0], place), torch.as_tensor(dev[1], device=place)
    learner = SingleProbe(RetrainedLinear(features.shape[1], classes, dev=chosen_by, device=device))
    code = Code(learner, blocks_by_share(groups), nulls=False, scaled=False)
    coder = Coder(Stream(features, None, place), labels, groups, code, classes)
    coder.advance()
    return coder.curve()
