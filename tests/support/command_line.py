"""The command line in this process: what a fixture `lit` is, and a module in the place of an evaluation."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest
from typer._click.exceptions import ClickException

from lit_hf.errors import LitError
from lit_hf.records.record import Record

Lit = Callable[..., tuple[int, str, str]]
"""Runs one command: exit code, stdout, stderr."""


def replace_run(monkeypatch: pytest.MonkeyPatch, fake: Callable[..., Record]) -> None:
    """Put a module in the place of `lit_hf.evaluation.run`, so that nothing heavy is imported."""
    module = ModuleType("lit_hf.evaluation.run")
    module.__spec__ = importlib.util.spec_from_loader("lit_hf.evaluation.run", loader=None)
    module.run = fake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lit_hf.evaluation.run", module)


@dataclass(frozen=True)
class Ended:
    """One command that has ended: its exit code, what it wrote, and what it raised on the way."""

    line: str
    code: int
    out: str
    err: str
    error: BaseException | None

    def require_fine(self) -> str:
        """Return stdout of a command that must have gone well."""
        assert self.code == 0, f"lit-hf {self.line}: exit code {self.code}\n{self.err}"
        assert "Traceback" not in self.err
        return self.out

    def require_refused(self) -> str:
        """Return stderr of a command that must have been refused in words: an error that lit-hf knows, a next step."""
        assert self.code in {1, 2}, f"lit-hf {self.line}: exit code {self.code}\n{self.out}{self.err}"
        assert isinstance(self.error, LitError | ClickException), f"lit-hf {self.line}: {self.error!r}"
        assert "This is a bug" not in self.err
        assert "Traceback" not in self.err
        said = [line for line in self.err.splitlines() if line.strip()]
        first = next(place for place, line in enumerate(said) if line.startswith("Error: "))
        assert said[first + 1 :], f"no next step: {self.err}"
        return self.err


def call(*arguments: str) -> Ended:
    """Run one command in this process, wherever stdout and stderr go now."""
    from lit_hf.cli import app

    raised: list[BaseException] = []
    out, err, report = io.StringIO(), io.StringIO(), app.report

    def heard(error: BaseException, *command: str) -> int:
        raised.append(error)
        return report(error, *command)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "report", heard)
        patch.delenv("HF_DEBUG", raising=False)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = app.run(arguments)
    return Ended(" ".join(arguments), code, out.getvalue(), err.getvalue(), raised[0] if raised else None)
