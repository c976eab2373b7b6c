"""Plots: each kind from records, with units and intervals, the same twice; what cannot be drawn says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from lit_hf import plots
from lit_hf.errors import IncomparableRecords, LacksPart
from lit_hf.records.record import Record
from tests.support.command_line import Lit
from tests.support.pages import full

KINDS: dict[str, Callable[[list[Record]], Figure]] = {
    "curve": lambda records: plots.curve(records[0]),
    "curves": plots.curves,
    "ladder": lambda records: plots.ladder(records[0]),
    "ranking": plots.ranking,
    "switching": lambda records: plots.switching(records[0]),
    "layers": lambda records: plots.layers(records[0]),
}
UNITS = {
    "curve": ("labels seen", "bits per label"), "curves": ("labels seen", "bits per label"), "ladder": ("[bits]", ""),
    "ranking": ("[bits]", ""), "switching": ("labels seen", "weight"), "layers": ("hidden state", "bits per label"),
}  # fmt: skip


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Two that tie and a worse one."""
    return [full("org/best", quality=0.6), full("org/equal", quality=0.601), full("org/$worst$", quality=0.2)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_units_on_its_axes(kind: str, records: list[Record]) -> None:
    axes = KINDS[kind](records).axes[0]
    x, y = UNITS[kind]
    assert x in axes.get_xlabel()
    assert y in axes.get_ylabel()
    assert axes.get_title(loc="left")


def grey(colour: Any) -> float:
    """Luminance of a colour."""
    from matplotlib.colors import to_rgb

    return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))


def test_lines_differ_in_more_than_colour(records: list[Record]) -> None:
    for figure, count in ((plots.curve(records[0]), 5), (plots.curves(records), 3)):
        lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 1 and line.get_label()[0] != "_"]
        looks = {(str(line._unscaled_dash_pattern), line.get_linewidth()) for line in lines}
        assert len(looks) == len(lines) == count


def test_bars_differ_in_more_than_colour(records: list[Record]) -> None:
    bars = plots.ladder(records[0]).axes[0].patches
    looks = {(bar.get_hatch(), round(grey(bar.get_facecolor()[:3]), 1)) for bar in bars}
    assert len(looks) == len(bars) == 5
    areas = plots.switching(records[0]).axes[0].collections
    assert len({(area.get_hatch(), round(grey(area.get_facecolor()[0][:3]), 1)) for area in areas}) == len(areas)


def test_intervals_are_those_of_the_records(records: list[Record]) -> None:
    ranking = plots.ranking(records).axes[0]
    drawn = {tuple(np.round(line.get_xdata(), 6)) for line in ranking.lines}
    assert {tuple(np.round(record["codelength"]["interval"], 6)) for record in records} <= drawn
    (whisker,) = plots.layers(records[0]).axes[0].collections
    low, high = whisker.get_segments()[0][:, 1]
    row = records[0]["layers"]["rows"][0]
    assert [low, high] == pytest.approx([end / records[0]["dataset"]["examples"] for end in row["interval"]])
    assert len(plots.curve(records[0]).axes[0].collections) == 3  # the area of L_IT, and the bars of two arms


def test_those_that_tie_with_the_best_are_filled(records: list[Record]) -> None:
    dots = [line for line in plots.ranking(records).axes[0].lines if line.get_marker() == "o"]
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, False, True]


def test_a_name_is_no_formula(records: list[Record], tmp_path: Path) -> None:
    odd = full("org/$\\frac{1}$", quality=0.4)
    odd.data["baselines"]["raw_input"]["kind"] = "$x_"
    for number, figure in enumerate((plots.curve(odd), plots.ladder(odd), plots.ranking([odd]), plots.layers(odd))):
        figure.savefig(tmp_path / f"{number}.png")


def test_a_record_without_the_part_says_how_to_get_it(records: list[Record]) -> None:
    bare = Record({**records[0].data, "layers": None, "coder": {**records[0]["coder"], "experts": []}})
    with pytest.raises(LacksPart, match="layers") as lacks:
        plots.layers(bare)
    assert "--layer all" in (lacks.value.next_step or "")
    with pytest.raises(LacksPart, match="probes"):
        plots.switching(bare)
    with pytest.raises(LacksPart, match="bits of all"):
        plots.ranking([bare])


def test_what_must_not_be_compared_is_not_drawn_together(records: list[Record]) -> None:
    for draw in (plots.ranking, plots.curves):
        with pytest.raises(IncomparableRecords):
            draw([records[0], full("org/x", bank="other")])


def test_the_command_writes_png_and_svg(records: list[Record], tmp_path: Path, lit: Lit) -> None:
    folders = [str(record.save(tmp_path / str(number))) for number, record in enumerate(records)]
    out = tmp_path / "out"
    for kind, names in {
        "ranking": ["ranking"],
        "curve": ["curve"],
        "ladder": [f"ladder-{r['id']}" for r in records],
    }.items():
        code, said, _ = lit("plot", *folders, "--kind", kind, "-o", str(out / kind))
        assert code == 0
        written = sorted(path.name for path in (out / kind).iterdir())
        assert written == sorted(f"{name}.{end}" for name in names for end in ("png", "svg"))
        assert [Path(line).name for line in said.split()] != []
    for end in ("png", "svg"):
        before = (out / "ranking" / f"ranking.{end}").read_bytes()
        lit("plot", *folders, "--kind", "ranking", "-o", str(out / "ranking"))
        assert (out / "ranking" / f"ranking.{end}").read_bytes() == before


def test_a_wrong_kind_or_record_leads_on(records: list[Record], tmp_path: Path, lit: Lit) -> None:
    folder = str(records[0].save(tmp_path / "a"))
    code, _, err = lit("plot", folder, "--kind", "laders")
    assert code == 2
    assert "ladder" in err
    code, _, err = lit("plot", str(tmp_path / "nothing"))
    assert code == 1
    assert "lit-hf ls" in err
    other = str(full("org/b", fingerprint="0" * 16).save(tmp_path / "b"))
    code, _, err = lit("plot", folder, other, "--kind", "ranking")
    assert code == 1
    assert "cannot be compared" in err
