"""S2 and the command line: names, classes and texts of others on a terminal, in figures and in options."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lit_hf.cli.app import run
from lit_hf.cli.output import Sink
from lit_hf.config import Settings, from_mapping
from lit_hf.errors import BadSetting, NotARecord
from lit_hf.records.record import Record
from lit_hf.reports.figure import plain_text
from lit_hf.runtime.seeding import forked
from lit_hf.runtime.visible import visible
from lit_hf.suites.suite import Suite
from tests.support.records import hub_record as record

ROOT = Path(__file__).parents[2]
EVIL = [
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "a\rb", "a\x08b",
    "\x9b31m", "\u202egnp.exe", "\x00", "\x7f", "\u2066x\u2069", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
def test_what_is_not_seen_is_spelled(evil: str) -> None:
    shown = visible(evil)
    assert all(letter.isprintable() for letter in shown)
    assert visible("ä\t中\nz") == "ä\t中\nz"


@pytest.mark.parametrize("evil", EVIL[:-1])
def test_json_stays_the_same_json(evil: str) -> None:
    text = json.dumps({"name": evil}, indent=2, ensure_ascii=False)
    assert json.loads(visible(text)) == {"name": evil}


@pytest.mark.parametrize("evil", EVIL)
def test_a_terminal_gets_no_command_but_the_consoles_own(evil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a table, in speech, as plain text; on a terminal with colours, whose own commands stay."""
    from rich.table import Table

    def letters(text: str) -> str:
        return text.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[3m", "")

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    table = Table("name", title=evil)
    table.add_row(evil)
    sink = Sink()
    sink.show(table)
    sink.show(evil)
    sink.text(evil)
    sink.say(evil)
    for stream in (sys.stdout, sys.stderr):
        written = letters(stream.getvalue())  # type: ignore[attr-defined]
        assert not [letter for letter in written if not letter.isprintable() and letter != "\n"]
        assert written.strip()


@pytest.mark.parametrize("name", ["[bold]x[/bold]", "[/]", "[link=http://x]y[/link]", ":smile:", "[red", "a[1]b"])
def test_brackets_and_colons_in_names_are_no_markup(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table

    sink, table = Sink(), Table("model")
    table.add_row(name)
    sink.show(table)
    sink.show(name)
    sink.say(name)
    out, err = capsys.readouterr()
    assert out.count(name) == 2
    assert name in err


@pytest.mark.parametrize("evil", [*EVIL[:-1], "$x$", "a\nb"])
def test_figures_hold_no_command_and_are_xml(evil: str, tmp_path: Path) -> None:
    from xml.etree import ElementTree

    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.set_title(plain_text(evil))
    figure.savefig(tmp_path / "a.svg")
    pyplot.close(figure)
    ElementTree.parse(tmp_path / "a.svg")
    assert not set(plain_text(evil)) & set("\x1b\x07\r\x08\x9b\u202e\x00\n")


@pytest.mark.parametrize("layer", ["²", "١", "--1", "1.5", "-", "1" * 50, "９"])
def test_layers_that_are_no_number_are_refused(layer: str) -> None:
    with pytest.raises(BadSetting, match="layer"):
        Settings("m", "d", layer=layer)


@pytest.mark.parametrize("seed", [2**128, 2**200, 10**5000, -1], ids=["128", "200", "large", "negative"])
def test_seeds_that_nothing_can_draw_from_are_refused(seed: int) -> None:
    with pytest.raises(BadSetting, match="seed") as raised:
        Settings("m", "d", seed=seed)
    assert len(str(raised.value)) < 300
    assert Settings("m", "d", seed=2**128 - 1).seed == 2**128 - 1


@pytest.mark.parametrize("seed", [0, 2**64 - 1, 2**64, 1000 * (2**128 - 1) + 2])
def test_the_largest_seed_draws_weights(seed: int) -> None:
    """A twin's seed is a thousand times the setting; what torch takes itself, it gets."""
    import torch

    with forked(seed):
        first = torch.rand(3)
    with forked(seed):
        assert (torch.rand(3) == first).all()
    if seed < 2**64:
        assert (torch.rand(3, generator=torch.Generator().manual_seed(seed)) == first).all()


def test_a_whole_number_is_a_layer_in_a_file(tmp_path: Path) -> None:
    assert from_mapping({"model": "m", "dataset": "d", "layer": 1}, "here").layer == "1"
    (tmp_path / "s.yaml").write_text("models: [{model: m, layer: 1}]\ndatasets: [d]\nlayer: 0\n")
    (((one,),)) = [tuple(plan) for plan in Suite.read(tmp_path / "s.yaml").plans({})]
    assert one.layer == "1"
    with pytest.raises(BadSetting, match="layer is True"):
        from_mapping({"model": "m", "dataset": "d", "layer": True}, "here")


@pytest.mark.parametrize("name", ["x" * 5000, "a/" + "b" * 300, "org/" + "é" * 200, "a\0b", "/".join(["ab"] * 2000)])
@pytest.mark.parametrize(
    "words", ["eval NAME d", "eval m NAME", "rank d NAME m2", "show NAME", "card NAME", "plan m NAME"]
)
def test_huge_names_are_named_and_not_unknown(name: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run([name if word == "NAME" else word for word in words.split()])
    out, err = capsys.readouterr()
    assert code in (1, 2)
    assert out == ""
    assert "This is a bug" not in err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 3


def lit(*words: str, streams: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command through a shell, which can close or redirect its streams."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **more}
    line = f'"{sys.executable}" -m lit_hf {" ".join(words)} {streams}'
    return subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", [("ls",), ("--version",), ("show", "nothing")])
def test_closed_streams_change_no_exit_code(words: tuple[str, ...], streams: str, tmp_path: Path) -> None:
    open_, closed = (lit(*words, streams=each, LIT_HF_CACHE=str(tmp_path)) for each in ("", streams))
    assert closed.returncode == open_.returncode
    assert "Traceback" not in closed.stderr
    assert "bug" not in closed.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_device_behind_stdout_is_called_that(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OSError, match="standard output") as raised:
            Sink().text("much")
        assert raised.value.errno == errno.ENOSPC
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04" + b"\0" * 40, b"\x93NUMPY"])
def test_a_record_whose_arrays_are_junk_is_named(content: bytes, tmp_path: Path) -> None:
    folder = record().save(tmp_path / "r")
    (folder / "arrays.npz").write_bytes(content)
    with pytest.raises(NotARecord, match=r"arrays\.npz"):
        Record.load(folder)


@pytest.mark.parametrize("note", ["{}", "[]", "null", "", '{"texts_per_second": null}', '"x"', "[" * 100_000])
def test_notes_of_the_cache_that_are_junk_are_none(note: str, tmp_path: Path) -> None:
    from lit_hf.runtime.hubrepo import _cached_commit, _note
    from lit_hf.selection.other_scores import _known_scores

    file = tmp_path / "note.json"
    file.write_text(note)
    assert _known_scores(file) is None
    os.environ["LIT_HF_CACHE"], before = str(tmp_path), os.environ.get("LIT_HF_CACHE")
    try:
        place = _note("owner/nowhere", None, "model")
        place.parent.mkdir(parents=True)
        place.write_text(note)
        assert _cached_commit("owner/nowhere", None, "model") is None
    finally:
        os.environ.pop("LIT_HF_CACHE") if before is None else os.environ.update(LIT_HF_CACHE=before)


@pytest.mark.parametrize("content", ["", "null", "[]", "[" * 100_000, '{"a": 1'])
@pytest.mark.parametrize("name", ["ranking.json", "matrix.json"])
def test_a_ranking_that_is_none_is_named(
    name: str, content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(content)
    assert run(["show", str(tmp_path)]) == 1
    assert "This is a bug" not in capsys.readouterr().err
