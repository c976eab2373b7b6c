"""The report as a reader has it: in a browser, with a keyboard, on a phone, in the dark, with hostile words in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lit_hf.records.record import Record
from lit_hf.reports.page.hardest import Excerpt
from lit_hf.reports.page.render import page
from tests.support.browser import Opened
from tests.support.pages import HOSTILE, full, hostile

Open = Callable[..., Opened]
QUALITIES = {"org/worst": 0.2, "org/best": 0.6, "org/equal": 0.601}

# Contrast of text with what lies behind it (WCAG 2.2, relative luminance); the least one and where it is.
CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v / 255 <= .04045 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const lum = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const back = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  let least = [99, ''];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest('script')) continue;
    const style = getComputedStyle(e), ink = parse(e.closest('svg') ? style.fill : style.color);
    const [a, b] = [lum(ink), lum(back(e))].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < least[0]) least = [ratio, e.outerHTML.slice(0, 120)];
  }
  return least;
}"""


def three() -> list[Record]:
    """Two that cannot be told apart, and a worse one."""
    return [full(model, quality=quality) for model, quality in QUALITIES.items()]


@pytest.fixture
def shown(opened: Open) -> Opened:
    """The page of three checkpoints."""
    return opened(page(three()))


def names(found: Opened) -> list[str]:
    """Checkpoints of the leaderboard from the top."""
    return [text.split("@")[0] for text in found.texts(".ranks .who a")]


def test_it_asks_no_network_for_anything_and_has_nothing_to_complain_of(shown: Opened) -> None:
    assert [url.split(":")[0] for url in shown.requests] == ["file"]
    assert shown.complaints == []


def test_the_policy_stops_what_would_be_loaded_or_run(shown: Opened) -> None:
    shown.page.evaluate("""() => {
        const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; document.body.append(image);
        const script = document.createElement('script'); script.textContent = 'window.hacked = 1';
        document.body.append(script);
    }""")
    assert shown.page.evaluate("window.hacked") is None
    assert any("Content Security Policy" in text for text in shown.complaints)
    with pytest.raises(Exception, match="Failed to fetch"):
        shown.page.evaluate("fetch('http://127.0.0.1:9/')")


def test_hostile_words_are_words(opened: Open) -> None:
    def read(index: int) -> Excerpt:
        return Excerpt((HOSTILE[index % len(HOSTILE)], HOSTILE[0]))

    found = opened(page(hostile(), lambda record: read))
    found.page.eval_on_selector_all("details", "all => all.forEach((each) => { each.open = true; })")
    found.page.mouse.move(400, 300)
    assert found.page.evaluate("window.hacked") is None
    assert found.page.query_selector_all("img, iframe, [onerror], [onload], [onmouseover], a:not([href^='#'])") == []
    assert len(found.page.query_selector_all("script")) == 1
    assert [url.split(":")[0] for url in found.requests] == ["file"]
    assert found.complaints == []
    text = found.page.inner_text("body")
    assert all(words in text for words in HOSTILE[:5])
    assert "49" not in [each.strip() for each in found.texts("bdi")]


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("records", [three, hostile])
def test_a_phone_scrolls_down_only(opened: Open, records: Callable[[], list[Record]], width: int) -> None:
    found = opened(page(records()), width=width)
    found.page.eval_on_selector_all("details", "all => all.forEach((each) => { each.open = true; })")
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    assert found.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_text_can_be_read(opened: Open, scheme: str, width: int) -> None:
    found = opened(page(three()), width=width, scheme=scheme)
    found.page.eval_on_selector_all("details", "all => all.forEach((each) => { each.open = true; })")
    ratio, where = found.page.evaluate(CONTRAST)
    assert ratio >= 4.5, where
    dark = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, dark[4:-1].split(","))) < 200) is (scheme == "dark")


def test_columns_are_sorted_by_keyboard(shown: Opened) -> None:
    assert names(shown)[2] == "org/worst"
    shown.page.focus(".ranks th[data-key=bits] button")
    shown.page.keyboard.press("Enter")
    assert names(shown)[0] == "org/worst"
    assert shown.page.get_attribute("th[data-key=bits]", "aria-sort") == "descending"
    shown.page.focus(".ranks th[data-key=name] button")
    shown.page.keyboard.press("Space")
    assert names(shown) == sorted(QUALITIES)
    assert shown.page.get_attribute("th[data-key=bits]", "aria-sort") == "none"


def test_a_missing_value_is_sorted_last_both_ways(opened: Open) -> None:
    records = three()
    records[1].data["holdout"] = None
    found = opened(page(records))
    for _ in range(2):
        found.page.click(".ranks th[data-key=held] button")
        assert names(found)[2] == "org/best"


def test_the_keyboard_reaches_and_filters(shown: Opened) -> None:
    reached: list[str] = []
    for _ in range(60):
        shown.page.keyboard.press("Tab")
        reached.append(shown.page.evaluate("document.activeElement.tagName + '.' + document.activeElement.className"))
    assert {"INPUT.", "BUTTON.", "DIV.plot", "SUMMARY."} <= set(reached)
    shown.page.focus("[data-filter]")
    shown.page.keyboard.type("EQUAL")
    assert names(shown) == ["org/equal"]
    assert shown.texts("[data-count]") == ["1 of 3 shown"]
    assert [text.split("@")[0] for text in shown.texts(".checkpoint h4")] == ["org/equal"]
    shown.page.keyboard.press("Escape")
    assert len(names(shown)) == 3
    shown.page.focus("[data-tied]")
    shown.page.keyboard.press("Space")
    assert sorted(names(shown)) == ["org/best", "org/equal"]


def values(found: Opened, figure: str) -> list[str]:
    """What the legend says: the place, then a value for each line."""
    at = found.page.inner_text(f"{figure} .at")
    return [at, *(each.inner_text() for each in found.page.query_selector_all(f"{figure} [data-value]"))]


def row(found: Opened, figure: str, index: int) -> list[str]:
    """A row of the chart's table."""
    found.page.eval_on_selector(f"{figure} details", "each => { each.open = true; }")
    return [
        each.inner_text()
        for each in found.page.query_selector_all(f"{figure} [data-values] tr")[index].query_selector_all("th, td")
    ]


def agree(said: list[str], cells: list[str]) -> bool:
    """Whether the legend says what a row of the table says."""
    return cells[0] in said[0] and said[1:] == cells[1:]


@pytest.mark.parametrize("kind", ["#board-1-curves", "#c1-1-curve", "#c1-1-switching", "#c1-1-layers"])
@pytest.mark.parametrize("width", [1280, 390])
def test_charts_are_read_by_pointer_and_keyboard(opened: Open, kind: str, width: int) -> None:
    found = opened(page(three()), width=width)
    box: Any = found.page.query_selector(f"{kind} .plot")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    found.page.mouse.move(place["x"] + 0.06 * place["width"], place["y"] + place["height"] / 2)
    assert agree(values(found, kind), row(found, kind, 0))
    found.page.mouse.move(1, 1)
    found.page.focus(f"{kind} .plot")
    found.page.keyboard.press("End")
    found.page.keyboard.press("ArrowLeft")
    assert agree(values(found, kind), row(found, kind, -2))
    found.page.keyboard.press("Home")
    assert agree(values(found, kind), row(found, kind, 0))


def test_a_link_opens_its_checkpoint(shown: Opened) -> None:
    last = shown.page.query_selector_all(".checkpoint")[-1]
    assert last.query_selector(".body").is_visible() is False
    shown.page.click(".ranks tbody tr:last-child .who a")
    assert last.query_selector(".body").is_visible()


def test_it_can_be_read_without_scripts(chromium: Any, tmp_path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    sheet = context.new_page()
    file = tmp_path / "index.html"
    file.write_text(page(three()), encoding="utf-8")
    sheet.goto(file.as_uri())
    assert sheet.inner_text(".headline").startswith("org/")
    assert "0." in sheet.inner_text("#c1-1-curve .legend")
    assert not sheet.is_visible(".tools")
    context.close()
