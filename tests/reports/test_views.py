"""What a notebook shows of a result: its number and what it means, escaped; and figures that show themselves."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import lit_hf
from lit_hf import plots
from lit_hf.errors import BadSetting, LacksPart
from lit_hf.records.views import _HTML, html_of
from lit_hf.reports import phrases
from lit_hf.studies.information import information_curve
from tests.support.pages import HOSTILE, full
from tests.support.records import make_record, noisy, ranked_record, without_baseline


class Tags(HTMLParser):
    """Collects tags and text; every tag that opens must close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def two_classes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng, labels = np.random.default_rng(0), np.arange(60) % 2
    return rng.standard_normal((60, 3)) + 2 * labels[:, None], rng.standard_normal((60, 3)), labels


def test_a_record_shows_number_meaning_and_ladder() -> None:
    record = make_record(interval=[300.0, 500.0])
    page = Tags(record._repr_html_())
    assert "L_IT (frozen)" in page.text
    assert phrases.bits(record.bits or 0) in page.text
    assert (phrases.meaning(record) or "?") in page.text
    assert "class prior" in page.text
    bars = [attributes for tag, attributes in page.seen if tag == "rect"]
    assert len(bars) == 5


@pytest.mark.parametrize("make", [without_baseline, lambda: ranked_record("org/a", noisy(0.5, 200))])
def test_without_a_transfer_the_codelength_is_shown(make: object) -> None:
    record = make()  # type: ignore[operator]
    page = Tags(html_of(record))
    assert "Codelength" in page.text
    assert phrases.bits(record.codelength) in page.text
    assert "Your" not in page.text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_and_nothing_else(name: str) -> None:
    record = full(name)
    record["dataset"]["id"] = name
    page = Tags(record._repr_html_())
    assert not {tag for tag, _ in page.seen} & {"script", "img", "a"}
    assert not any(key.startswith("on") for _, attributes in page.seen for key in attributes)


def test_every_style_is_bound_to_the_view() -> None:
    html = make_record()._repr_html_()
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    rules = [line for line in style.splitlines() if "{" in line]
    assert all(line.lstrip().startswith((".lit-hf-view", "@media")) for line in rules)


def test_results_of_arrays_show_themselves() -> None:
    features, baseline, labels = two_classes()
    code = lit_hf.codelength(features, labels, orders=1)
    found = lit_hf.transfer(features, baseline, labels, orders=1)
    lost = lit_hf.forgetting(features, baseline, labels, before=baseline, orders=1)
    assert f"{phrases.bits(code.bits)} bits" in Tags(code._repr_html_()).text
    assert "60 labels" in Tags(code._repr_html_()).text
    for part in (found.bits, found.encoder.bits, found.baseline.bits):
        assert phrases.bits(part) in Tags(found._repr_html_()).text
    assert phrases.bits(lost.forgotten) in Tags(lost._repr_html_()).text
    assert "gained before" in Tags(lost._repr_html_()).text


def test_an_information_curve_has_a_row_for_each_number_of_labels() -> None:
    rng, labels = np.random.default_rng(0), np.arange(700) % 2
    found = information_curve(rng.standard_normal((700, 2)) + labels[:, None], labels, orders=1)
    page = Tags(found._repr_html_())
    assert all(f"{n:,} labels" in page.text for n in found.labels)
    assert found.verdict in page.text


def test_every_class_of_the_registry_shows_itself() -> None:
    from lit_hf.coding.arrays import Transfer
    from lit_hf.coding.codelength import Codelength
    from lit_hf.coding.forgetting import Forgetting
    from lit_hf.records.record import Record
    from lit_hf.studies.information import Information

    classes = (Record, Codelength, Transfer, Forgetting, Information)
    assert {each.__name__ for each in classes} == set(_HTML)
    assert all(hasattr(each, "_repr_html_") for each in classes)


def test_a_record_draws_itself() -> None:
    record = full()
    for kind in plots.EACH:
        figure = record.plot(kind)
        assert figure._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
        assert figure.axes[0].get_title(loc="left") == plots.EACH[kind](record).axes[0].get_title(loc="left")
    with pytest.raises(BadSetting) as wrong:
        record.plot("laddr")
    assert "Did you mean ladder?" in (wrong.value.next_step or "")
    with pytest.raises(LacksPart):
        make_record().plot("layers")


def test_importing_records_draws_nothing() -> None:
    code = "import sys, lit_hf.records.record, lit_hf.records.views; print({'matplotlib', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
