"""What `lit-hf data check` found, on a terminal, as a figure and as tables; from its JSON object alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lit_hf.reports import phrases
from lit_hf.reports.figure import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLES = {"ok": "green", "look": "yellow", "unfair": "bold red", "not checked": "dim"}
SHOWN, PAIRS = 5, 3
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}


def report(found: Mapping[str, Any]) -> list[RenderableType]:
    """Return the parts of the report, top first."""
    splits = ", ".join(f"{each['split']} ({each['rows']:,} rows)" for each in found["splits"])
    title = Text(shown(f"{found['verdict']}: {splits}", 200), style=_STYLES[found["verdict"]])
    steps = [
        Text(shown(f"{each['check']}: {each['next_step']}", 300))
        for each in found["findings"]
        if each["next_step"] and each["verdict"] in ("look", "unfair")
    ]
    parts: list[RenderableType] = [title, Text(), _findings(found["findings"])]
    if found["rules"]["by_bits"]:
        parts += [Text(), _rules(found)]
    conflicts = [each for each in found["pairs"]["first"] if each["conflict"]][:PAIRS]
    if conflicts:
        parts += [Text(), _pairs(conflicts)]
    return [*parts, Text(), *steps] if steps else parts


def figure(found: Mapping[str, Any]) -> Figure:
    """Return bars: the share of the class prior's bits that each of the best rules saves, and the two limits."""
    with style():
        from matplotlib.figure import Figure

        rules = [*found["rules"]["by_bits"], *found["rules"]["order"]]
        rules = sorted(rules, key=lambda each: each["saved_bits"])[-10:]
        drawn = Figure(figsize=(8, 1.4 + 0.35 * max(len(rules), 1)), layout="constrained")
        axes = drawn.subplots()
        axes.barh(range(len(rules)), [max(each["share"], 0.0) for each in rules], color="#0072B2")
        axes.set_yticks(range(len(rules)), [shown(each["rule"], 50).replace("$", r"\$") for each in rules])
        for place, each in enumerate(rules):
            text = f" {phrases.bits(each['saved_bits'])} bits"
            axes.annotate(text, (max(each["share"], 0.0), place), va="center", bbox=_BEHIND, zorder=3)
        for limit, name in ((0.25, "look"), (0.9, "unfair")):
            axes.axvline(limit, color="#D55E00", linestyle=":", linewidth=1.4)
            axes.annotate(name, (limit, 1.0), xycoords=("data", "axes fraction"), ha="center", va="bottom")
        axes.set_xlim(0, 1)
        axes.set_xlabel(f"share of the class prior's {phrases.bits(found['prior_bits'])} bits that one rule saves")
        axes.grid(visible=False, axis="y")
    return drawn


def shown(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text in one line; control characters are spelled out."""
    line = " ".join(text[: 4 * limit].split())
    safe = "".join(f"\\u{ord(each):04x}" if unicodedata.category(each)[0] == "C" else each for each in line)
    return safe if len(safe) <= limit else f"{safe[: limit - 1]}…"


def _findings(findings: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("check", "verdict", "found"):
        table.add_column(name, overflow="fold", no_wrap=name != "found")
    for each in findings:
        verdict = Text(each["verdict"], style=_STYLES[each["verdict"]])
        table.add_row(each["check"], verdict, Text(shown(each["sentence"], 400)))
    return table


def _rules(found: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("rule", overflow="fold")
    for name in ("bits saved", "share", "rows", "bits a row"):
        table.add_column(name, justify="right", no_wrap=True)
    rules = found["rules"]
    chosen = [*rules["by_bits"][:SHOWN], *rules["by_kind"], *rules["by_row"][:SHOWN]]
    for each in {rule["rule"]: rule for rule in chosen}.values():
        table.add_row(
            Text(shown(each["rule"], 60)), phrases.bits(each["saved_bits"]), phrases.percent(each["share"]),
            f"{each['rows']:,}", f"{each['saved_bits_per_row']:.2f}",
        )  # fmt: skip
    return table


def _pairs(pairs: Sequence[Mapping[str, Any]]) -> Table:
    """Return conflicting pairs, two lines each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("copies that differ in label", "row", "label", "input"):
        table.add_column(name, overflow="fold", justify="right" if name == "row" else "left")
    for each in pairs:
        kind = "exact" if each["kind"] == "exact" else f"near, {each['jaccard']:.2f}"
        for side, before in (("a", f"{kind}, "), ("b", "")):
            place, label = Text(shown(before + each[f"split_{side}"], 40)), Text(shown(each[f"label_{side}"], 20))
            table.add_row(place, f"{each[f'row_{side}']:,}", label, Text(shown(each[f"text_{side}"] or "", 60)))
    return table
