"""The code blocks of a page: every fence and every indented block, with the reason of those that no test can run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
REASON = re.compile(r"^<!-- not run by the tests: (.+) -->$")


@dataclass(frozen=True)
class Block:
    """One block: where it stands, its language ("" without one), its text, and why it is not run, if it is not."""

    page: str
    line: int
    language: str
    text: str
    reason: str | None
    fenced: bool

    def __str__(self) -> str:
        return f"{Path(self.page).name}:{self.line}"


def blocks_of(page: str) -> list[Block]:
    """Return all blocks of ROOT/`page` in order."""
    return list(find(page, (ROOT / page).read_text(encoding="utf-8")))


def find(page: str, text: str) -> Iterator[Block]:
    """Yield the blocks of a Markdown text: fences, and lines indented by four spaces after an empty line."""
    lines, place, last = text.split("\n"), 0, ""
    while place < len(lines):
        line, start = lines[place], place
        fence = re.match(r"^```(\w*)\s*$", line)
        indented = line.startswith("    ") and line.strip() and (place == 0 or not lines[place - 1].strip())
        if fence or indented:
            place += 1
            inside = (lambda each: each != "```") if fence else (lambda each: each.startswith("    "))
            while place < len(lines) and inside(lines[place]):
                place += 1
            body = lines[start + 1 : place] if fence else [each[4:] for each in lines[start:place]]
            reason = REASON.match(last.strip())
            language = fence.group(1) if fence else "bash"
            yield Block(page, start + 1, language, "\n".join(body), reason.group(1) if reason else None, bool(fence))
            place += bool(fence)
            last = ""
            continue
        last = line if line.strip() else last
        place += 1
