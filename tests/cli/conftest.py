"""A command line whose evaluation is a stored record: the commands' own work, without a model."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

import pytest

from lit_hf.cli.app import run
from lit_hf.config import Settings
from lit_hf.records.record import Record
from tests.support.records import make_record

Lit = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lit:
    """Return a function that runs one command in this process: exit code, stdout, stderr."""
    monkeypatch.delenv("HF_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Sequence[Settings]:
    """Let every evaluation return the fixture record; the list gets the settings that it was called with."""
    seen: list[Settings] = []

    def fake(settings: Settings, *, progress: object = None, data: object = None) -> Record:
        seen.append(settings)
        record = make_record(examples=500)
        record["settings"].update(given=settings.given(), resolved=settings.resolved())
        return record

    replace_run(monkeypatch, fake)
    return seen


def replace_run(monkeypatch: pytest.MonkeyPatch, fake: Callable[..., Record]) -> None:
    """Put a module in the place of `lit_hf.evaluation.run`, so that nothing heavy is imported."""
    module = ModuleType("lit_hf.evaluation.run")
    module.__spec__ = importlib.util.spec_from_loader("lit_hf.evaluation.run", loader=None)
    module.run = fake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lit_hf.evaluation.run", module)
