"""What a task shares with datasets that a checkpoint was trained on, as counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class TrainingSet:
    """One named dataset: its split `train`, else its first, of so many `rows`, and how many inputs are `shared`."""

    id: str
    config: str | None
    split: str
    revision: str | None
    rows: int
    shared: int
    """Coded inputs that occur in it, character for character; inputs that occur several times count once."""


@dataclass(frozen=True)
class Overlap:
    """What all of them share with the task; `shared`: coded inputs that occur in any of them, of so many `inputs`."""

    sets: tuple[TrainingSet, ...]
    shared: int
    inputs: int

    def section(self) -> dict[str, Any]:
        """Return the part of a record."""
        return {"shared": self.shared, "inputs": self.inputs, "sets": [asdict(each) for each in self.sets]}

    @property
    def note(self) -> str:
        """One sentence for a reader of the result."""
        named = ", ".join(each.id + (f":{each.config}" if each.config else "") for each in self.sets)
        found = (
            f"{self.shared:,} of the {self.inputs:,} inputs that are coded occur in the training sets named: {named}."
        )
        return f"{found} The codelength may not be honest." if self.shared else found
