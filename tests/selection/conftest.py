"""Checkpoints and data that the tests of this room rank."""

from __future__ import annotations

import pytest

from tests.support.field import Field, make_models, write_data


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Field:
    """Checkpoints, 1,200 texts and a fresh cache."""
    root = tmp_path_factory.mktemp("field")
    return Field(make_models(root / "models"), write_data(root / "data.csv", 1200), str(root / "cache"))
