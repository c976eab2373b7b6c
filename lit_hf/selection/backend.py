"""The contract of whoever does the work of a selection: this process, or workers on other machines.

A selection asks for work and reads candidates; it never asks who worked. Laws, tested on each backend by the same
checks: what a candidate has afterwards is a function of its settings and of what was asked, not of the backend; what
one candidate raises becomes its `error`, and the others go on; an interrupt goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lit_hf.config import Settings
    from lit_hf.ranking.table import CandidateResult
    from lit_hf.selection.candidate import Candidate
    from lit_hf.tasks import Task

Plan = Sequence["Settings"]
Scores = dict[str, float | None]


class Backend(Protocol):
    """Whoever loads, embeds and codes."""

    def say(self, sentence: str) -> None:
        """Tell the user, where progress is shown."""

    def register(self, plan: Plan, task: Task) -> tuple[list[Candidate], list[CandidateResult]]:
        """Resolve every checkpoint of `plan`, so that revisions are pinned before work starts; and the failures."""

    def advance(self, candidates: Sequence[Candidate], n: int, orders: Sequence[int] = (0,)) -> None:
        """Have the first `n` labels coded in `orders`; in order 0 an increment ends there.

        Order 0 is the stream itself; any other permutes these n labels. So the first shells are all that is embedded.
        """

    def finish(self, candidates: Sequence[Candidate], transfer: bool) -> None:
        """Give every candidate that has not failed its `record`, and store it: what it paid, as far as its `reach`.

        Those without one are coded to the end. `transfer`: these are measured against their random twins too.
        """

    def score(self, candidates: Sequence[Candidate], n: int) -> list[Scores | None]:
        """Return each candidate's other scores on the first `n` labels; None for one that failed."""

    def each(self, select: Callable[[Plan], dict[str, Any]], plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """Return a selection for each dataset's plan, in the order of `plans`."""

    def close(self) -> None:
        """Give back what was opened."""
