"""How labels of one kind become a file: what its header says of them, and the codes that write them side by side.

A target has one (`lit_hf.tasks.targets.Target.written`); the room of the file format (lit_hf/proof) takes it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lit_hf.coding.order import Code
    from lit_hf.coding.rules import Rule

NO_END = 0
"""In place of a number of symbols: labels are bins, and there is no end to them."""


@dataclass(frozen=True)
class Written:
    """Labels by `rule`, of `symbols` different ones each.

    columns: L, of rows of L labels that may hold together, else 0. mark: what a header says where `symbols` and
    `columns` do not tell the kind of label, else 0. libraries: whose arithmetic matters beside the coder's own.
    """

    rule: Rule
    symbols: int
    columns: int = 0
    mark: int = 0
    libraries: tuple[str, ...] = ()

    def codes(self, code: Code) -> tuple[Code, ...]:
        """Return the codes that stand side by side."""
        return (code,)

    def digest(self, code: Code) -> str:
        """Return the hash of the rule by which labels are coded, that of the record."""
        return self.rule.digest(code)
