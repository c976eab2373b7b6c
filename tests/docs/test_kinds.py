"""docs/kinds.md names every kind of task there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lit_hf.encoders import quantised
from lit_hf.tasks.kinds import KINDS
from lit_hf.tasks.targets import asked

PAGE = (Path(__file__).parents[2] / "docs" / "kinds.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*(kind.NAME for kind in KINDS), *asked()])
def test_a_kind_has_its_row(name: str) -> None:
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("method", [*quantised.PACKAGES, *quantised.GPU_ONLY])
def test_a_way_to_quantise_has_its_row(method: str) -> None:
    assert f"`{method}`" in PAGE
