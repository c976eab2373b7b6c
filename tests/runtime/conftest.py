"""The stand-in Hub serves this room's tests too; what is stored on this machine takes no part in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub.conftest import hub, server

__all__ = ["hub", "server"]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "cache"))
