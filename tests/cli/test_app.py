"""The application: help and version at once, by both of its entries; bars only where they are seen."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from lit_hf import __version__
from lit_hf.cli.options import settings_of
from lit_hf.cli.output import console
from lit_hf.cli.progress import RichProgress, make_progress
from lit_hf.config import Settings, known_keys
from lit_hf.runtime.progress import NullProgress
from tests.support.command_line import Lit
from tests.test_imports import HEAVY


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from lit_hf.cli.app import run; run(['--help']); run(['eval', '--help']);"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


def test_the_module_is_an_entry() -> None:
    done = subprocess.run([sys.executable, "-m", "lit_hf", "--version"], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (f"lit-hf {__version__}\n", "")


def test_a_terminal_without_unicode_is_no_reason_to_crash() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    call = [sys.executable, "-m", "lit_hf", "eval"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")


def test_every_setting_is_an_option_or_an_argument(lit: Lit) -> None:
    code, out, _ = lit("eval", "--help")
    assert code == 0
    for name in set(known_keys()) - {"model", "dataset", "code"}:
        assert f"--{name.replace('_', '-')}" in out
    assert "[default: 10000]" in " ".join(out.split())


def test_without_a_command_there_is_help(lit: Lit) -> None:
    _, out, err = lit()
    assert "demo" in out + err


def test_what_is_given_wins_over_nothing() -> None:
    assert settings_of({"model": "m", "dataset": "d"}, None) == Settings("m", "d")


def test_bars_are_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_DISABLE_PROGRESS_BARS", raising=False)
    terminal, pipe = Console(file=io.StringIO(), force_terminal=True), Console(file=io.StringIO())
    assert isinstance(make_progress(terminal), RichProgress)
    assert isinstance(make_progress(pipe), NullProgress)
    assert isinstance(make_progress(terminal, quiet=True), NullProgress)
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    assert isinstance(make_progress(terminal), NullProgress)


def test_bars_show_their_label_and_go_away() -> None:
    file = io.StringIO()
    progress = RichProgress(Console(file=file, force_terminal=True, width=100))
    with progress.task("embedding", 4) as advance:
        advance(1)
        with progress.task("coding", 2) as inner:
            inner(2)
        advance(3)
    assert "embedding" in file.getvalue()
    assert "left" in file.getvalue()


def test_ascii_files_get_ascii() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    console(file).print("±1 · a → b █ é")
    file.flush()
    assert raw.getvalue() == b"+/-1 | a -> b # ?\n"
