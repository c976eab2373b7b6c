"""The Space as a visitor has it: its own process, the stand-in Hub, a headless browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lit_hf.hub import results
from lit_hf.space.folder import write_space
from tests.support.hub import COUNTER, Server
from tests.support.pages import HOSTILE, full

pytestmark = pytest.mark.slow
QUALITIES = {"org/worst": 0.2, "org/best": 0.6, "org/equal": 0.601}
PORT = 17_860
CELL = "#ranks [role=gridcell]"


@pytest.fixture
def repo(hub: Server) -> str:
    """A results dataset of three checkpoints on one dataset and one on another, whose name attacks the page."""
    name = f"owner/space-{next(COUNTER)}"
    records = [full(model, quality=quality) for model, quality in QUALITIES.items()]
    other = full(HOSTILE[1], dataset="org/zoo", fingerprint="0" * 16, revision=None)
    other.data["id"] = "f" * 16
    results.push(hub.api(), [*records, other], name)
    return name


@pytest.fixture
def running(hub: Server, repo: str, tmp_path: Path) -> Iterator[str]:
    """The address of the application, run from its own folder."""
    write_space(tmp_path / "space", repo)
    port = str(PORT + os.getpid() % 1000)
    environment = {
        **hub.environment(tmp_path / "home"),
        "GRADIO_SERVER_PORT": port,
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    environment.pop("PYTHONPATH")
    log = (tmp_path / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=tmp_path / "space", env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, tmp_path / "log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            httpx2.get(url, timeout=2).raise_for_status()
            return
        except httpx2.HTTPError:
            time.sleep(0.2)
    pytest.fail(log.read_text())


def test_a_visitor_sees_leaderboard_and_curves_and_what_is_new(
    running: str,
    hub: Server,
    repo: str,
    chromium: Any,
) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 1400})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(running)
    page.wait_for_selector(f"{CELL}:has-text('org/best') >> visible=true", timeout=60_000)
    for plot in ("#ranking", "#curves", "#curve", "#ladder", "#switching"):
        page.wait_for_selector(f"{plot} img", timeout=60_000)
    assert "cannot be told from" in page.inner_text("#headline")
    rows = [row.inner_text().split("\n") for row in page.query_selector_all("#ranks [role=row]")]
    order = [re.search(r"org/\w+", " ".join(row)) for row in rows]
    assert [found[0] for found in order if found][-1] == "org/worst"
    assert "4 records" in page.inner_text("#state")
    shot = os.environ.get("LIT_HF_SCREENSHOT")
    if shot:
        page.screenshot(path=shot, full_page=True)

    results.push(hub.api(), [full("org/newest", quality=0.7)], repo)
    page.click("#again")
    page.wait_for_selector(f"{CELL}:has-text('org/newest') >> visible=true", timeout=60_000)
    assert "5 records" in page.inner_text("#state")

    page.click("#dataset input")
    page.click("[role=option]:has-text('org/zoo')")
    page.wait_for_selector(f"{CELL}:has-text('<img') >> visible=true", timeout=60_000)
    assert page.evaluate("window.hacked") is None
    assert errors == []
    page.close()
