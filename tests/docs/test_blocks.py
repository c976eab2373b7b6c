"""Every block of the README and the guide runs as it stands, on real encoders and real text, or says why not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs import workspace
from tests.docs.blocks import ROOT, Block, blocks_of, find
from tests.support.hub import Server

PAGES = ("README.md", "docs/guide.md", "docs/report.md")
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
RUN = [block for block in BLOCKS if block.reason is None]
LANGUAGES = ("bash", "python")
LIMIT = 1_800

Place = Callable[[Block], tuple[Path, dict[str, str]]]


def test_blocks_are_found_wherever_they_stand() -> None:
    page = "a\n\n    indented\n    twice\n\n<!-- not run by the tests: why -->\n```bash\nx\n```\n\n```text\ny\n```\n"
    found = list(find("p", page))
    assert [(each.language, each.text, each.reason) for each in found] == [
        ("bash", "indented\ntwice", None),
        ("bash", "x", "why"),
        ("text", "y", None),
    ]


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_left_out_in_silence(page: str) -> None:
    mine = [block for block in BLOCKS if block.page == page]
    fences = [line for line in (ROOT / page).read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert len([block for block in mine if block.fenced]) == len(fences) / 2
    for block in mine:
        assert block.reason or block.language in LANGUAGES, f"{block}: a block of {block.language or 'no language'}"


@pytest.fixture(scope="module")
def place(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a function from a block to its folder, one for all blocks of a page, and its environment."""
    made: dict[str, Path] = {}

    def of(block: Block) -> tuple[Path, dict[str, str]]:
        if block.page not in made:
            made[block.page] = workspace.make(tmp_path_factory.mktemp(Path(block.page).stem))
            if len(made) == 1:
                workspace.fill(server, made[block.page])
        return made[block.page], workspace.environment(server, made[block.page])

    return of


@pytest.mark.slow
@pytest.mark.parametrize("block", RUN, ids=str)
def test_a_block_runs_as_it_stands(block: Block, place: Place) -> None:
    """In the order of the page, for later blocks use what earlier ones wrote."""
    folder, env = place(block)
    shell = ["bash", "-euo", "pipefail"] if block.language == "bash" else [sys.executable]
    done = subprocess.run(
        [*shell, "-c", block.text], cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, f"{block.text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "Traceback" not in done.stderr
