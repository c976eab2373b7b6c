"""The fleet's file, its engines' names, and what a job asks for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lit_hf.errors import BadSetting, LitError, MissingExtra, UnknownKey
from lit_hf.runtime.fleet import FleetSettings, Needs, open_engine
from lit_hf.runtime.fleet.needs import needs_of
from lit_hf.runtime.fleet.on_ray import _check_room

MINILM = {"parameters": 22_700_000, "width": 384, "dtype": "float32", "batch_tokens": 1024, "labels": 10_000}
LARGE = {"parameters": 7 * 10**9, "width": 4096, "dtype": "bfloat16", "batch_tokens": 32_768, "labels": 10_000}


def test_a_file_is_read_and_mistakes_are_named(tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text("attempts: 5\nslurm:\n  executor: local\n")
    assert FleetSettings.read(file) == FleetSettings(attempts=5, slurm={"executor": "local"})
    assert FleetSettings.read(None) == FleetSettings()
    file.write_text("attemps: 5\n")
    with pytest.raises(UnknownKey):
        FleetSettings.read(file)
    for wrong in ({"attempts": 0}, {"cpus": True}, {"memory_factor": -1}, {"gpu_memory": "80"}, {"ray": 3}):
        with pytest.raises(BadSetting):
            FleetSettings(**wrong)  # type: ignore[arg-type]


def test_engines_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_engine("local", FleetSettings()) is None
    with pytest.raises(BadSetting, match="local, ray, slurm"):
        open_engine("kubernetes", FleetSettings())
    for name in ("ray", "submitit"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("ray", "slurm"):
        with pytest.raises(MissingExtra):
            open_engine(name, FleetSettings())


def test_slurm_options_are_checked_before_work_starts() -> None:
    pytest.importorskip("submitit")
    with pytest.raises(BadSetting):
        open_engine("slurm", FleetSettings(slurm={"executor": "local", "partitoin": "gpu"}))
    with pytest.raises(BadSetting, match="slurm or local"):
        open_engine("slurm", FleetSettings(slurm={"executor": "debug"}))


def test_needs_follow_parameters_and_batch() -> None:
    small = needs_of(**MINILM, on_gpu=False)  # type: ignore[arg-type]
    assert small.gpus == 0
    assert 1.5e9 < small.memory < 3e9
    assert needs_of(**MINILM, on_gpu=False, cpus=4).memory > small.memory  # type: ignore[arg-type]
    assert needs_of(**MINILM, on_gpu=False, memory_factor=2).memory == pytest.approx(2 * small.memory)  # type: ignore[arg-type]
    assert needs_of(**LARGE, on_gpu=False).memory > 28e9  # type: ignore[arg-type]


def test_gpus_are_shared_by_small_models_and_several_for_large_ones() -> None:
    def gpus(model: dict[str, object], memory: float | None) -> float:
        return needs_of(**model, on_gpu=True, gpu_memory=memory).gpus  # type: ignore[arg-type]

    assert gpus(MINILM, None) == 1.0
    assert gpus(MINILM, 80) == 0.25
    assert gpus(LARGE, 80) in (0.5, 0.75)
    assert gpus(LARGE, 16) == 2.0


def test_a_job_that_fits_nowhere_is_refused() -> None:
    nodes = [{"CPU": 8.0, "memory": 4e9}, {"CPU": 2.0, "memory": 9e9}]
    _check_room(Needs(2, 9 * 10**9), nodes)
    for needs in (Needs(9, 0), Needs(1, 10**10), Needs(1, 0, 0.25)):
        with pytest.raises(LitError, match="largest Ray node"):
            _check_room(needs, nodes)
