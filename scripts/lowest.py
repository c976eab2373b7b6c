"""Print the oldest version that pyproject.toml allows of each dependency, as constraints for pip.

    python scripts/lowest.py > lowest.txt && pip install -c lowest.txt .

Only the dependencies of the package itself: what the extras ask for is as new as the index has it.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
_NEEDED = re.compile(r"(?P<name>[\w.-]+)>=(?P<version>[\w.]+)")


def lowest(project: Path = PROJECT) -> list[str]:
    """Return `name==version` for each dependency; raise ValueError for one without a lower bound."""
    needed = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    found = [(line, _NEEDED.match(line)) for line in needed]
    without = [line for line, match in found if match is None]
    if without:
        raise ValueError(f"no lower bound: {', '.join(without)}")
    return [f"{match['name']}=={match['version']}" for _, match in found if match is not None]


if __name__ == "__main__":
    print("\n".join(lowest()))
