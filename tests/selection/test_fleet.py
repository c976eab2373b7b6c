"""A selection on a fleet is the selection of one process: same rows, same floats, whatever dies on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lit_hf.config import from_mapping
from lit_hf.runtime.fleet import FleetSettings
from lit_hf.selection import work_items
from lit_hf.selection.fleet import Fleet
from lit_hf.selection.local import Local
from lit_hf.selection.plan import Options
from lit_hf.selection.run import select, select_all
from tests.support.engines import Inline
from tests.support.field import Field

OPTIONS = Options(audit=True)


def plan_of(field: Field, cache: Path, size: int = 700) -> list[Any]:
    models = [*field.models.values(), "/nowhere/at-all"]
    given = {"dataset": field.data, "max_examples": size, "orders": 1, "device": "cpu", "cache_dir": str(cache)}
    return [from_mapping({"model": model, **given}, "test") for model in models]


def timeless(ranking: dict[str, Any]) -> dict[str, Any]:
    """The ranking without times of day and durations."""
    rows = [{name: part for name, part in row.items() if name != "speed"} for row in ranking["ranking"]]
    cost = {name: part for name, part in ranking["cost"].items() if name != "seconds"}
    settings = {
        kind: {name: part for name, part in ranking["settings"][kind].items() if name != "cache_dir"}
        for kind in ("given", "resolved")
    }
    return {**{k: v for k, v in ranking.items() if k != "created"}, "ranking": rows, "cost": cost, "settings": settings}


@pytest.fixture(scope="module")
def alone(field: Field, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return timeless(select(plan_of(field, tmp_path_factory.mktemp("alone")), OPTIONS, Local()))


@pytest.fixture(autouse=True)
def _forget() -> None:
    work_items._kept.clear()


def on(engine: Inline, plan: list[Any], **fleet: Any) -> dict[str, Any]:
    return timeless(select(plan, OPTIONS, Fleet(engine, FleetSettings(**fleet))))


@pytest.mark.parametrize("worker", ["the same", "another each time"])
def test_the_ranking_is_that_of_one_process(
    field: Field, alone: dict[str, Any], tmp_path: Path, worker: str
) -> None:  # fmt: skip
    engine = Inline(before=work_items._kept.clear if worker != "the same" else lambda: None)
    assert on(engine, plan_of(field, tmp_path)) == alone
    kinds = Counter(work.argument.kind for work in engine.submitted)
    assert kinds["register"] == 4
    assert kinds["finish"] == sum(row["stage"]["n"] == 700 for row in alone["ranking"] if row["stage"])
    assert kinds["score"] == 3


def test_work_whose_worker_died_is_done_again_with_the_same_result(
    field: Field, alone: dict[str, Any], tmp_path: Path
) -> None:
    engine = Inline(fate=lambda work, number: number == 1, before=work_items._kept.clear)
    assert on(engine, plan_of(field, tmp_path)) == alone
    assert all(count == 2 for count in Counter(work.label for work in engine.submitted).values())


def test_a_checkpoint_that_kills_every_worker_is_a_row(field: Field, tmp_path: Path) -> None:
    engine = Inline(fate=lambda work, number: "blank" in work.label and work.argument.kind == "advance")
    found = on(engine, plan_of(field, tmp_path), attempts=2)
    row = next(row for row in found["ranking"] if row["model"]["id"].endswith("blank"))
    assert row["error"] == "its worker died 2 times: killed"
    assert [row["error"] for row in found["ranking"][:2]] == [None, None]
    assert sum("advance" in work.label and "blank" in work.label for work in engine.submitted) == 2


def test_the_driver_embeds_and_loads_nothing(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    on(Inline(), plan_of(field, tmp_path))
    engine = Inline()
    monkeypatch.setattr(
        "lit_hf.encoders.text.TextEncoder.encode", lambda *_: pytest.fail("a second selection embedded something")
    )
    again = on(engine, plan_of(field, tmp_path))
    assert again["cost"]["embedded_now"] == 0
    kinds = Counter(work.argument.kind for work in engine.submitted)
    assert kinds["finish"] == 0


def test_a_cache_that_is_not_shared_is_said(field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_items.Candidate, "keep_raced", lambda self, labels, order: None)
    found = on(Inline(), plan_of(field, tmp_path))
    assert {row["error"] for row in found["ranking"][:3]} == {
        "its worker's cache is not this one; set --cache-dir to a folder that all machines share"
    }


def test_other_data_on_the_worker_are_refused(field: Field, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    text = Path(field.data).read_text()
    data.write_text(text)
    plan = [each.replace(dataset=str(data)) for each in plan_of(field, tmp_path / "cache", 200)]
    found = on(Inline(before=lambda: data.write_text(text + "one more line,1\n")), plan)
    assert "is not the data of this selection" in found["ranking"][0]["error"]


def test_selections_on_several_datasets_share_an_engine(field: Field, alone: dict[str, Any], tmp_path: Path) -> None:
    plans = [plan_of(field, tmp_path), plan_of(field, tmp_path, 300)]
    fleet = Fleet(Inline(), FleetSettings())
    whole, part = select_all(plans, OPTIONS, fleet)
    assert timeless(whole)["ranking"] == alone["ranking"]
    assert part["dataset"]["examples"] == 300
    assert fleet.stop.is_set()


def test_the_command_line_opens_and_closes_the_engine(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from lit_hf.cli.app import run

    closed: list[str] = []
    engine, config = Inline(), tmp_path / "fleet.yaml"
    monkeypatch.setattr(engine, "close", lambda: closed.append("closed"))
    monkeypatch.setattr("lit_hf.runtime.fleet.open_engine", lambda name, fleet: engine if name == "ray" else None)
    config.write_text("attempts: 2\nmemory_factor: 3\n")
    arguments = ["rank", field.data, *field.models.values(), "--max-examples", "80", "--orders", "1", "--no-rivals"]
    arguments += ["--cache-dir", str(tmp_path / "cache"), "--device", "cpu", "--format", "quiet"]
    assert run([*arguments, "--engine", "ray", "--engine-config", str(config)]) == 0
    assert closed == ["closed"]
    assert engine.submitted[0].needs.memory == pytest.approx(4.5e9)
    best = capsys.readouterr().out
    assert run(arguments) == 0
    assert capsys.readouterr().out == best
    assert run([*arguments, "--engine", "ray", "--engine-config", str(tmp_path / "none.yaml")]) == 1
    assert closed == ["closed"]
