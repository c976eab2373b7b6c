"""A page in a headless browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Opened:
    """A page in the browser, with what it asked for and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        """The words of all that a selector finds and that is shown."""
        return [each.inner_text() for each in self.page.query_selector_all(selector) if each.is_visible()]
