"""What is stored is found by its id everywhere, and goes away when asked to, not before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from lit_hf.config import Settings
from lit_hf.records.record import Record
from lit_hf.records.store import ResultsStore
from lit_hf.reports.listing import differs_in, summary
from tests.support.command_line import Lit, replace_run
from tests.support.records import make_record, noisy, ranked_record, without_baseline

OLD, NEW = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with an old and a new record."""
    store = ResultsStore.at(tmp_path / "cache")
    for id, made in (("aaaa" * 4, OLD), ("bbbb" * 4, NEW)):
        store.keep(_record(id, made))
    return tmp_path / "cache"


def _record(id: str, made: str) -> Record:
    record = make_record()
    record.data.update({"id": id, "created": made})
    return record


def _ids(lit: Lit, cache: Path) -> set[str]:
    return {each["id"] for each in json.loads(lit("ls", "--json", "--cache-dir", str(cache))[1])["results"]}


def test_rm_lists_first_and_removes_when_told(lit: Lit, cache: Path) -> None:
    code, out, err = lit("rm", "aaaa", "--cache-dir", str(cache))
    assert code == 0
    assert "aaaa" * 4 in out
    assert "Would remove 1 results" in err
    assert _ids(lit, cache) == {"aaaa" * 4, "bbbb" * 4}
    assert "Removed 1 results" in lit("rm", "aaaa", "aaaa" * 4, "--yes", "--cache-dir", str(cache))[2]
    assert _ids(lit, cache) == {"bbbb" * 4}


def test_rm_of_an_unknown_id_removes_nothing(lit: Lit, cache: Path) -> None:
    code, _, err = lit("rm", "aaaa", "zzzz", "--yes", "--cache-dir", str(cache))
    assert code == 1
    assert "no result 'zzzz'" in err
    assert "lit-hf ls" in err
    assert len(_ids(lit, cache)) == 2


def test_rm_takes_ids_and_never_a_folder(
    lit: Lit, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    mine = tmp_path / "aaaa"
    shutil.copytree(cache / "results" / ("bbbb" * 4), mine)
    monkeypatch.chdir(tmp_path)
    assert lit("rm", "aaaa", "--yes", "--cache-dir", str(cache))[0] == 0
    assert mine.is_dir()
    assert _ids(lit, cache) == {"bbbb" * 4}


def test_prune_takes_what_is_older(lit: Lit, cache: Path) -> None:
    found = json.loads(lit("prune", "--older-than", "30", "--json", "--cache-dir", str(cache))[1])
    assert found["removed"] is False
    assert [each["id"] for each in found["results"]] == ["aaaa" * 4]
    assert found["results"][0]["bytes"] == ResultsStore.at(cache).size("aaaa" * 4) > 0
    assert lit("prune", "--older-than", "30", "--yes", "-q", "--cache-dir", str(cache))[1].split() == ["aaaa" * 4]
    assert _ids(lit, cache) == {"bbbb" * 4}


def test_prune_without_a_rule_is_refused(lit: Lit, cache: Path) -> None:
    code, _, err = lit("prune", "--yes", "--cache-dir", str(cache))
    assert code == 2
    assert "--older-than" in err
    assert len(_ids(lit, cache)) == 2


def test_card_takes_an_id(lit: Lit, cache: Path) -> None:
    by_id = lit("card", "aaaa", "--cache-dir", str(cache))
    assert by_id[0] == 0
    assert by_id[:2] == lit("card", str(cache / "results" / ("aaaa" * 4)))[:2]


@pytest.mark.parametrize("command", ["card", "verify", "push", "cite", "show"])
def test_an_unknown_id_is_said_alike(lit: Lit, cache: Path, command: str) -> None:
    code, _, err = lit(command, "feedfeed", "--cache-dir", str(cache))
    assert code == 1
    assert "no result 'feedfeed': neither a folder nor a stored id." in err


def test_cite_names_what_was_measured(lit: Lit, cache: Path) -> None:
    _, out, _ = lit("cite", "aaaa", "--cache-dir", str(cache))
    assert "eprint        = {2009.07624}" in out
    assert f"% Record {'aaaa' * 4}: " in out


@pytest.mark.parametrize("is_stored", [True, False])
def test_eval_prints_the_id_of_what_is_stored(
    lit: Lit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stored: bool
) -> None:
    def fake(settings: Settings, **_: Any) -> Record:
        record = _record("cccc" * 4, NEW)
        if is_stored:
            ResultsStore.at(settings.cache_dir).keep(record)
        return record

    replace_run(monkeypatch, fake)
    _, _, err = lit("eval", "m", "d", "--cache-dir", str(tmp_path))
    assert ("Stored as cccccccccccccccc: `lit-hf show cccccccc`" in err) is is_stored
    if is_stored:
        assert lit("show", "cccccccc", "--cache-dir", str(tmp_path))[0] == 0


def _runs(tmp_path: Path) -> Path:
    """Keep two runs of one checkpoint that differ in orders, and one of another."""
    store = ResultsStore.at(tmp_path)
    for number, (name, orders) in enumerate((("org/model", 3), ("org/model", 1), ("org/other", 3))):
        record = _record(f"{number}" * 16, f"2026-11-2{number}T07:30:00+00:00")
        record["model"]["id"] = name
        record["settings"]["given"] = {"model": name, "dataset": "d", "orders": orders, "layer": "3"}
        store.keep(record)
    return tmp_path


@pytest.mark.parametrize("columns", ["200", "130", "80", "60", "40"])
def test_a_list_breaks_no_word_and_tells_runs_apart(
    lit: Lit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    cache = _runs(tmp_path)
    code, out, _ = lit("ls", "--cache-dir", str(cache))
    assert code == 0
    assert max(map(len, out.splitlines())) <= int(columns)
    assert "2026-11-21 07:30" in out
    assert "orders 1" in out
    assert "orders 3" in out
    assert "layer" not in out  # all have it
    assert "helps" in out


def test_a_run_that_has_no_other_beside_it_differs_in_nothing(lit: Lit, tmp_path: Path) -> None:
    found = json.loads(lit("ls", "--json", "--cache-dir", str(_runs(tmp_path)))[1])["results"]
    assert [differs_in(row, found) for row in found] == ["", "orders 1", "orders 3"]
    assert found[0]["settings"] == {"orders": 3, "layer": "3"}


def test_the_list_says_in_words_what_came_out(lit: Lit, tmp_path: Path) -> None:
    stopped = ranked_record("org/stopped", noisy(0.5, 300), lost_to="0" * 16, total=600)
    whole = ranked_record("org/whole", noisy(0.5, 300))
    unsure = make_record(interval=[-20.0, 40.0])
    negative = make_record(interval=[-40.0, -20.0])
    said = [summary(each)["verdict"] for each in (stopped, whole, unsure, negative, without_baseline())]
    assert said == ["stopped after 300", "ranked", "no difference found", "negative", "no baseline"]


def test_quiet_is_the_ids_of_a_ranking_alone(lit: Lit, tmp_path: Path) -> None:
    rows = [{"entry": "a" * 16}, {"entry": None, "error": "gone"}, {"entry": "b" * 16}]
    (tmp_path / "ranking.json").write_text(json.dumps({"ranking": rows}))
    assert lit("show", str(tmp_path), "-q")[:2] == (0, f"{'a' * 16}\n{'b' * 16}\n")
    (tmp_path / "ranking.json").unlink()
    (tmp_path / "matrix.json").write_text(json.dumps({"rankings": [{"ranking": rows}, {"ranking": rows[:1]}]}))
    assert lit("show", str(tmp_path), "-q")[1].split() == ["a" * 16, "b" * 16, "a" * 16]
