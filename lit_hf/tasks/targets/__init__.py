"""What the labels of a task are: one file a kind of label, and the one list of kinds."""

from __future__ import annotations

from lit_hf.coding.written import Written
from lit_hf.errors import BadBitstream, LitError
from lit_hf.tasks.targets.contract import Found, HeldOut, OrderCoder, Target
from lit_hf.tasks.targets.multi_label import MultiLabel
from lit_hf.tasks.targets.ordinal import Ordinal
from lit_hf.tasks.targets.regression import Regression
from lit_hf.tasks.targets.single_label import SingleLabel

__all__ = [
    "KINDS", "Found", "HeldOut", "MultiLabel", "OrderCoder", "Regression", "SingleLabel", "Target", "asked",
    "numbered_classes",
    "require_classes", "written_of",
]  # fmt: skip

KINDS: tuple[type[Target], ...] = (
    MultiLabel,
    Regression,
    Ordinal,
    SingleLabel,
)
"""In the order in which a dataset is tried; the last one takes what no other does."""


def asked() -> tuple[str, ...]:
    """Return what `--task` may ask for beside the kinds of inputs."""
    return tuple(kind.asked_as for kind in reversed(KINDS) if kind.asked_as is not None)


def written_of(symbols: int, columns: int = 0, mark: int = 0) -> Written:
    """Return how a file with such a header holds its labels; raise `BadBitstream` where no kind of label knows it."""
    ways = (kind.from_header(symbols, columns, mark) for kind in KINDS)
    found = next((way for way in ways if way is not None), None)
    if found is None:
        raise BadBitstream("it holds labels of a kind that this lit-hf does not know", 0)
    return found


def require_classes(target: Target, command: str) -> None:
    """Raise `LitError` where a command knows classes only."""
    if type(target) is not SingleLabel:
        raise LitError(
            f"{command} knows labels that are classes, and this is {target.asked_as}.",
            "Measure one checkpoint at a time: `lit-hf eval MODEL DATASET`.",
        )


def numbered_classes(count: int) -> Target:
    """Return the target of arrays whose labels are 0 .. `count` - 1: classes that are called so."""
    return SingleLabel(tuple(map(str, range(count))), tuple(range(count)))
