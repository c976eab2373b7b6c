"""Results as pieces of HTML for notebooks, from the page's own engine: everything is escaped, no network is asked."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lit_hf.errors import BadSetting
from lit_hf.records.record import Record
from lit_hf.reports import phrases, plots
from lit_hf.reports.fill_missing import fill_missing
from lit_hf.reports.page.checkpoint import Step, steps
from lit_hf.reports.page.render import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Ends = Sequence[float]


class Coded(Protocol):
    """What a codelength says of itself."""

    bits: float
    interval: tuple[float, float]
    per_example: Any


def record(found: Record) -> str:
    """Return the number with its interval, what it means, and the ladder."""
    whole = fill_missing(found)
    measured = whole.transfer
    ends: Ends = whole["codelength"]["interval"] if measured is None else measured.interval
    bits = whole.codelength if measured is None else measured.bits
    said = [phrases.headline(whole), phrases.meaning(whole) if measured is not None else None]
    title = "Codelength" if measured is None else "L_IT (frozen)"
    about = f"{phrases.model_line(whole['model'])} on {phrases.dataset_line(whole['dataset'])}"
    return _view(title, _number(bits, ends), [about, *(each for each in said if each)], steps(whole))


def codelength(found: Coded) -> str:
    """Return what the labels cost."""
    orders, labels = found.per_example.shape
    per = f"{phrases.counted(labels, 'label')}, {found.bits / labels:.3f} bits each; "
    return _view("Codelength", _number(found.bits, found.interval), [per + phrases.counted(orders, "order")])


def transfer(found: Any) -> str:
    """Return what the encoder's features save."""
    codes = {"encoder": _number(found.encoder.bits, found.encoder.interval),
             "baseline": _number(found.baseline.bits, found.baseline.interval)}  # fmt: skip
    each = f"{found.bits_per_label:.3f} bits per label"
    return _view("L_IT (frozen)", _number(found.bits, found.interval), [each], rows=codes)


def forgetting(found: Any) -> str:
    """Return what was forgotten, and of how much."""
    rows = {} if found.gained is None else {"gained before": _number(found.gained, found.gained_interval)}
    share = [] if found.share is None else [f"{phrases.percent(found.share)} of what was gained"]
    return _view("Forgotten", _number(found.forgotten, found.interval), share, rows=rows)


def information(found: Any) -> str:
    """Return what n labels save of the same later ones, for each n."""
    rows = {
        f"{labels:,} labels": _number(each.estimate, (each.low, each.high))
        for labels, each in zip(found.labels, found.bits, strict=True)
    }
    last = _number(found.last.estimate, (found.last.low, found.last.high))
    return _view("Information in labels", f"last doubling {last}", [found.verdict], rows=rows)


def figure(found: Record, kind: str) -> Figure:
    """Return a figure of `lit_hf.plots` of one record, which a notebook shows without pyplot."""
    if kind not in plots.EACH:
        raise BadSetting.one_of("kind", kind, list(plots.EACH))
    drawn = plots.EACH[kind](found)
    drawn._repr_png_ = lambda: _png(drawn)  # type: ignore[attr-defined]
    return drawn


def _png(drawn: Figure) -> bytes:
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png")
    return buffer.getvalue()


def _number(bits: float, ends: Ends) -> str:
    return f"{phrases.bits(bits)} bits, {phrases.interval(ends)}"


def _view(
    title: str, value: str, said: Sequence[str], ladder: Sequence[Step] = (), rows: Mapping[str, str] | None = None
) -> str:
    return render("view.html", {"title": title, "value": value, "said": said, "steps": ladder, "rows": rows or {}})
