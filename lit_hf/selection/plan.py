"""How a selection is held, and who takes no part; what is ranked is a `Suite`."""

from __future__ import annotations

from dataclasses import dataclass, field

from lit_hf.ranking.racing import Rules
from lit_hf.suites.suite import OF_DATASET, Suite

__all__ = ["OF_DATASET", "OF_RANKINGS", "Options", "Skipped", "Suite"]

OF_RANKINGS = {"dtype": "native"}
"""Settings whose default is another one in a ranking: its checkpoints are compared with each other, in one type."""


@dataclass(frozen=True)
class Options:
    """How a selection is held.

    `race`: eliminate those that have lost. `audit`: let a tenth of the eliminated finish, to see whether the
    race's assumption held. `transfer`: measure the finalists against their random twins.
    `other_scores`: those that others rank by.
    """

    race: bool = True
    audit: bool = False
    transfer: bool = False
    other_scores: bool = True
    level: float = 0.95
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True)
class Skipped:
    """A checkpoint that takes no part, and why."""

    id: str
    revision: str | None
    reason: str
    parameters: int | None = None
