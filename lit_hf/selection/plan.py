"""How a selection is held, and who takes no part; what is ranked is a `Suite`."""

from __future__ import annotations

from dataclasses import dataclass, fields

from lit_hf.errors import BadSetting, UsageError
from lit_hf.suites.suite import OF_DATASET, Suite

__all__ = ["OF_DATASET", "OF_RANKINGS", "Options", "Race", "Skipped", "Suite"]

OF_RANKINGS = {"dtype": "native"}
"""Settings whose default is another one in a ranking: its checkpoints are compared with each other, in one type."""


@dataclass(frozen=True)
class Race:
    """When a race ends.

    `within` [bits per label]: who ends by no more behind the best is as good; None: .02 up to four classes, else .05.
    `risk`: the race ends when the chance that another is better by more is at most this; None: .05. `budget`: instead,
    the share of the cost of embedding all that the race may take. `certain`: instead, a proof if gaps shrink by no more
    than stated. `lit_hf.rank(..., race=lit_hf.Race(within=0.05, risk=0.01))`.
    """

    within: float | None = None
    risk: float | None = None
    budget: float | None = None
    certain: bool = False

    def __post_init__(self) -> None:
        """Raise `BadSetting` for what is no share, and `UsageError` for what excludes one another."""
        if self.within is not None and not 0 <= self.within < float("inf"):
            raise BadSetting("within", self.within, "bits per label, at least 0")
        if self.risk is not None and not 0 < self.risk < 1:
            raise BadSetting("risk", self.risk, "above 0 and below 1")
        if self.budget is not None and not 0 < self.budget <= 1:
            raise BadSetting("budget", self.budget, "above 0 and at most 1")
        if self.budget is not None and (self.risk is not None or self.certain):
            other = "--certain" if self.certain else "--risk"
            raise UsageError(f"--budget ends a race by its cost, {other} by what is known.", "Leave one of them out.")


@dataclass(frozen=True)
class Options(Race):
    """How a selection is held.

    `race`: stop early, by the rule of a `Race`. `finish`: the chosen one is coded to the end. `audit`: so are a tenth
    of those that left, and the runner-up, to see what became of them. `transfer`: the chosen one, without a race all,
    are measured against their random twins, which needs the end. `other_scores`: those that others rank by.
    """

    race: bool = True
    finish: bool = False
    audit: bool = False
    transfer: bool = False
    other_scores: bool = True
    level: float = 0.95

    def __post_init__(self) -> None:
        """Raise what a `Race` raises, and `UsageError` for a rule of a race that is not held."""
        super().__post_init__()
        asked = [field.name for field in fields(Race) if getattr(self, field.name) not in (None, False)]
        if not self.race and asked:
            raise UsageError(f"--{asked[0]} is a rule of the race, and --no-race holds none.", "Leave one of them out.")


@dataclass(frozen=True)
class Skipped:
    """A checkpoint that takes no part, and why."""

    id: str
    revision: str | None
    reason: str
    parameters: int | None = None
