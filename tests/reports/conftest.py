"""One headless Chromium for all tests of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import assets


@dataclass
class Opened:
    """A page in the browser, with what it asked for and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def texts(self, selector: str) -> list[str]:
        """The words of all that a selector finds and that is shown."""
        return [each.inner_text() for each in self.page.query_selector_all(selector) if each.is_visible()]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    program = assets.chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        assets.absent('playwright is not installed: pip install ".[test]"')
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens HTML from a file, in a window of some size and colour scheme."""
    pages = []

    def show(html: str, width: int = 1280, scheme: str = "light") -> Opened:
        file = tmp_path / f"{len(pages)}.html"
        file.write_text(html, encoding="utf-8")
        page = chromium.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
        found = Opened(page)
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.goto(file.as_uri())
        pages.append(page)
        return found

    yield show
    for page in pages:
        page.close()
