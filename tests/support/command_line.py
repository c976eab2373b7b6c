"""The command line in this process: what a fixture `lit` is, and a module in the place of an evaluation."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from lit_hf.records.record import Record

Lit = Callable[..., tuple[int, str, str]]
"""Runs one command: exit code, stdout, stderr."""


def replace_run(monkeypatch: pytest.MonkeyPatch, fake: Callable[..., Record]) -> None:
    """Put a module in the place of `lit_hf.evaluation.run`, so that nothing heavy is imported."""
    module = ModuleType("lit_hf.evaluation.run")
    module.__spec__ = importlib.util.spec_from_loader("lit_hf.evaluation.run", loader=None)
    module.run = fake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lit_hf.evaluation.run", module)
