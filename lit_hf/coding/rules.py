"""How labels are coded: the contract of a rule, the rule of an alphabet, and one order made ready by a rule."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lit_hf.coding.order import Code, Examples, Order, PreparedOrder

if TYPE_CHECKING:
    from torch import Tensor

    from lit_hf.codes.curve import Curve
    from lit_hf.codes.prequential import Coder
    from lit_hf.codes.probe_mixture import Learner, StreamCode
    from lit_hf.codes.stream import Rows

BLOCK_VERSION = "1"
BY_SHARE = ("block", "block-raw", "block-bank")
"""Codes whose blocks end at shares of the stream: their bits for a prefix depend on the length of the whole."""


class Rule(Protocol):
    """How labels int64 [N] of one kind are coded; what the labels are is the business of who brings the rule."""

    def stream_code(self, dim: int, groups: np.ndarray, code: Code) -> StreamCode:
        """Return `code` with fresh probes for features of `dim` columns and `groups` int64 [N] by position."""
        ...

    def coder(self, prepared: PreparedOrder, labels: np.ndarray, held_out: Tensor | None = None) -> Coder:
        """Return what pays for `labels` int64 [N] by position, and predicts rows `held_out` [H, d] at the marks."""
        ...

    def digest(self, code: Code) -> str:
        """Return the hash of the rule; codelengths of different hashes are never compared."""
        ...


@dataclass(frozen=True)
class Alphabet:
    """The rule of labels 0 .. `classes` - 1."""

    classes: int

    def stream_code(self, dim: int, groups: np.ndarray, code: Code) -> StreamCode:
        """Return the code with fresh probes.

        online: the bank in small increments. block: Voita and Titov's blocks and probe. block-raw: the same on features
        as they are, neither shifted nor scaled. block-geometric: blocks that double. block-bank, block-bank-geometric:
        the bank of the online code in place of their probe.
        """
        import torch

        from lit_hf.codes.blockcode import BankOverBlocks, SingleProbe, blocks_by_share, doubling_blocks
        from lit_hf.codes.probe_mixture import ProbeMixture, StreamCode, online_code
        from lit_hf.probes.bank import KINDS, default_bank
        from lit_hf.probes.retrained import RetrainedLinear

        name, classes, device, place = code.name, self.classes, code.device, torch.device(code.device)
        kinds = code.probes or KINDS
        if name == "online":
            return online_code(default_bank(dim, classes, device=device, kinds=kinds), classes, groups, place)
        spans = blocks_by_share(groups) if name in BY_SHARE else doubling_blocks(groups)
        learner: Learner = SingleProbe(RetrainedLinear(dim, classes, device=device))
        if "bank" in name:
            bank = default_bank(dim, classes, device=device, kinds=kinds)
            learner = BankOverBlocks(ProbeMixture(bank, classes, place), groups)
        return StreamCode(learner, spans, nulls=False, scaled=name != "block-raw")

    def coder(self, prepared: PreparedOrder, labels: np.ndarray, held_out: Tensor | None = None) -> Coder:
        """Return what pays for `labels` by position."""
        from lit_hf.codes.prequential import Coder

        return Coder(
            prepared.stream, labels, prepared.groups, prepared.code, self.classes, index=prepared.index,
            held_out=held_out,
        )  # fmt: skip

    def digest(self, code: Code) -> str:
        """Return the hash of the code; the size of the alphabet belongs to the labels."""
        return code_hash(code.name, code.device, code.probes)


def prepare_order(features: Rows, examples: Examples, rule: Rule, order: Order, code: Code) -> PreparedOrder:
    """Lay out `order` of the examples, with fresh probes by `rule`; their labels are not looked at."""
    import torch

    from lit_hf.codes.orders import order_of, positions_of_groups, rotated_order
    from lit_hf.codes.stream import Stream

    groups, rows, edge = examples.groups, examples.rows, 0
    if order.folds:
        index, edge = rotated_order(groups, order.seed, order.number, order.folds)
    else:
        index = order_of(groups, order.seed, order.number, keep_first=order.keep_first)
    where = index if rows is None else rows[index]
    straight = len(where) == features.shape[0] and bool((np.diff(where) == 1).all())
    stream = Stream(features, None if straight else where, torch.device(code.device))
    along = positions_of_groups(groups, index)
    how = rule.stream_code(features.shape[1], along, code)
    return PreparedOrder(stream, _with_edge(how, along, edge) if edge else how, index, along)


def _with_edge(how: StreamCode, groups: np.ndarray, edge: int) -> StreamCode:
    """Return the code with an increment that ends at `edge`: what stands behind it is predicted from all before it."""
    from lit_hf.codes.schedule import increments

    return replace(how, spans=(*increments(groups[:edge]), *increments(groups, edge)))


def code_hash(name: str = "online", device: str = "cpu", kinds: Sequence[str] | None = None) -> str:
    """Return the hash of the rule by which labels of an alphabet are coded."""
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
    from lit_hf.codes.probe_mixture import StreamCode
    from lit_hf.codes.stream import Stream, to_tensor
    from lit_hf.probes.retrained import RetrainedLinear

    place, groups = torch.device(device), np.arange(len(labels))
    chosen_by = to_tensor(dev[0], place), torch.as_tensor(dev[1], device=place)
    learner = SingleProbe(RetrainedLinear(features.shape[1], classes, dev=chosen_by, device=device))
    code = StreamCode(learner, blocks_by_share(groups), nulls=False, scaled=False)
    coder = Coder(Stream(features, None, place), labels, groups, code, classes)
    coder.advance()
    return coder.curve()
