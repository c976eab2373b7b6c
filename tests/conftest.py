"""What tests of several rooms use: one thread, the command line, the stand-in Hub, the browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lit_hf.config import Settings
    from lit_hf.records.record import Record
    from tests.support.command_line import Lit
    from tests.support.hub import Server


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Units of work run so, and small tests are not slowed by waiting for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def lit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lit:
    """Return a function that runs one command in this process: exit code, stdout, stderr."""
    from lit_hf.cli.app import run

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
    from tests.support.command_line import replace_run
    from tests.support.records import make_record

    seen: list[Settings] = []

    def fake(settings: Settings, **_: object) -> Record:
        seen.append(settings)
        record = make_record(examples=500)
        record["settings"].update(given=settings.given(), resolved=settings.resolved())
        return record

    replace_run(monkeypatch, fake)
    return seen


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for the whole session; tests use repositories of their own.

    Uploads go through git LFS: the stand-in has no Xet.
    """
    from huggingface_hub import constants

    from tests.support.hub import ROOT, Server

    command = [sys.executable, "-m", "tests.hub_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        yield Server(process.stdout.readline().strip())
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def hub(server: Server) -> Iterator[Server]:
    """The server without faults."""
    server.reset()
    yield server
    server.reset()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    from scripts import assets

    program = assets.chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        assets.absent('playwright is not installed: pip install ".[test]"')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()
