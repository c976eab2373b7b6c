"""Engines of this process: what a fleet does is tested with them, and again with real ones."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lit_hf.runtime.fleet import Work, WorkerLost


@dataclass
class Ended:
    """Work that has ended."""

    outcome: Any

    def done(self) -> bool:
        return True

    def result(self) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def cancel(self) -> None:
        raise AssertionError("ended work is not cancelled")


@dataclass
class Inline:
    """Calls the work at once, from its pickled form; `fate` says which submissions lose their worker, and `before` is
    called before each.
    """

    fate: Callable[[Work, int], bool] = lambda work, number: False
    before: Callable[[], Any] = lambda: None
    submitted: list[Work] = field(default_factory=list)
    has_gpus: bool = False

    def submit(self, work: Work) -> Ended:
        again = pickle.loads(pickle.dumps(work))
        self.submitted.append(again)
        self.before()
        if self.fate(work, sum(each.label == work.label for each in self.submitted)):
            return Ended(WorkerLost("killed"))
        return Ended(again.function(again.argument))

    def close(self) -> None:
        return None
