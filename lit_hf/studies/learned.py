"""Which state had just learned which dataset, and what the later states forgot of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lit_hf.errors import UsageError, nearest
from lit_hf.measures import forgetting

if TYPE_CHECKING:
    from lit_hf.coding.codelength import Codelength
    from lit_hf.measures.intervals import Interval
    from lit_hf.studies.states import State


@dataclass(frozen=True)
class Learned:
    """`dataset` was learned on the way to the state at `place`."""

    dataset: str
    place: int


def read_learned(given: Mapping[str, str], datasets: Sequence[str], states: Sequence[State]) -> list[Learned]:
    """Return what was learned where, in the order of the states; a state is named, or counted from 0.

    Raises `UsageError` for a dataset or a state that the trace has not.
    """
    found = []
    for dataset, state in given.items():
        if dataset not in datasets:
            raise UsageError(
                f"--learned names {dataset!r}, which is not traced.", f"The trace has {', '.join(datasets)}."
            )
        found.append(Learned(dataset, _place_of(state, states)))
    return sorted(found, key=lambda each: each.place)


def _place_of(state: str, states: Sequence[State]) -> int:
    for place, each in enumerate(states):
        if state in (each.name, each.model):
            return place
    if state.isdecimal() and int(state) < len(states):
        return int(state)
    names = [each.name for each in states]
    close = nearest(state, names)
    raise UsageError(
        f"--learned names the state {state!r}, which is not traced.",
        f"{f'Did you mean {close[0]}? ' if close else ''}The states are {', '.join(names)}.",
    )


def forgetting_section(
    learned: Sequence[Learned], codes: Mapping[str, Sequence[Codelength | None]], states: Sequence[State]
) -> dict[str, Any]:
    """Return the rows of what was learned and forgotten; null with its reason where nothing was said to be learned.

    codes: for each dataset, what its labels cost with each state; None for a state that failed.
    """
    if not learned:
        return {"forgetting": None, "forgetting_reason": "no `--learned DATASET=STATE` says what was learned where"}
    rows = [_row(each, codes[each.dataset], states) for each in learned]
    lost = [row["forgotten"]["bits"] for row in rows if row["forgotten"] is not None]
    mean = forgetting.backward(lost) if len(lost) == len(rows) else None
    reason = "one dataset was learned" if len(rows) == 1 else "a state that it takes failed"
    return {"forgetting": {"rows": rows, "backward_bits": mean} | ({} if mean is not None else {"reason": reason})}


def _row(learned: Learned, codes: Sequence[Codelength | None], states: Sequence[State]) -> dict[str, Any]:
    place = learned.place
    first, after, last = codes[0], codes[place], codes[-1]
    before = codes[place - 1] if place else None
    gain = None if before is None or after is None else _paired(before, after)
    loss = None if after is None or last is None else _paired(last, after)
    early = None if before is None or first is None else _paired(first, before)
    part = None if gain is None or loss is None else forgetting.share(gain, loss)
    why = "nothing came before the first state" if not place else "a state that it takes failed"
    no_share = why if gain is None or loss is None else "the interval of what was gained reaches 0"
    return {
        "dataset": learned.dataset, "state": states[place].name,
        **_or_reason("gained", gain, why), **_or_reason("forward", early, why),
        **_or_reason("forgotten", loss, "a state that it takes failed"),
        "share": part, **({} if part is not None else {"share_reason": no_share}),
    }  # fmt: skip


def _paired(one: Codelength, other: Codelength) -> Interval:
    """Return bits(one) - bits(other), of this model: paired by group and order."""
    (left, order), (right, _) = one.by_group(), other.by_group()
    return forgetting.change(left, right, order)


def _or_reason(name: str, found: Interval | None, reason: str) -> dict[str, Any]:
    return {name: None, f"{name}_reason": reason} if found is None else {name: said(found)}


def said(found: Interval) -> dict[str, Any]:
    """Return bits and limits as the result has them."""
    return {"bits": found.estimate, "interval": [found.low, found.high]}
