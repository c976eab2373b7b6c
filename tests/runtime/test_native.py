"""`dtype: native`: what the device can do decides, once for all processes of a run, and only the answer is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from lit_hf.config import Settings
from lit_hf.errors import NoBfloat16
from lit_hf.runtime import native
from lit_hf.runtime.native import arithmetic_of, in_one_type, native_dtype
from lit_hf.runtime.processes import Processes
from lit_hf.studies.diff import compare
from tests.support.jobs import job_settings


def of_cpu(monkeypatch: pytest.MonkeyPatch, *, avx512: bool, amx: bool) -> str:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    return native_dtype("cpu")


def test_a_cpu_with_instructions_for_it_has_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of_cpu(monkeypatch, avx512=True, amx=False) == "bfloat16"
    assert of_cpu(monkeypatch, avx512=False, amx=True) == "bfloat16"
    assert of_cpu(monkeypatch, avx512=False, amx=False) == "float32"


@pytest.mark.parametrize(("capability", "dtype"), [((7, 5), "float32"), ((8, 0), "bfloat16"), ((9, 0), "bfloat16")])
def test_cuda_has_it_from_8_0_on(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], dtype: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert native_dtype("cuda:1") == dtype


def test_other_devices_compute_in_float32() -> None:
    assert native_dtype("mps") == "float32"


def test_the_answer_takes_the_place_of_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Settings("m", "d", dtype="native")
    for has, dtype in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(native, "has_bfloat16", lambda device, has=has: has)
        found = in_one_type(asked, "cpu")
        assert found.resolved()["dtype"] == dtype
        assert found.fingerprint() == Settings("m", "d", dtype=dtype).fingerprint()
    with pytest.raises(ValueError, match="native"):
        asked.fingerprint()  # a question names no result
    for plain in ("float32", "auto", "float16"):
        assert in_one_type(asked.replace(dtype=plain), "cpu").dtype == plain


class Worker(Processes):
    """A process whose first one has settled on bfloat16."""

    rank, world = 1, 2

    def broadcast(self, make: object) -> str:  # type: ignore[override]
        return "bfloat16"


def test_a_process_without_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "find_processes", Worker)
    monkeypatch.setattr(native, "has_bfloat16", lambda device: True)
    assert in_one_type(Settings("m", "d", dtype="native"), "cpu").dtype == "bfloat16"
    monkeypatch.setattr(native, "has_bfloat16", lambda device: False)
    with pytest.raises(NoBfloat16):
        in_one_type(Settings("m", "d", dtype="native"), "cpu")
    assert in_one_type(Settings("m", "d", dtype="bfloat16"), "cpu").dtype == "bfloat16"  # asked for: computed somehow


def test_the_address_tells_bfloat16_arithmetics_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "has_bfloat16", lambda device: True)
    assert arithmetic_of("bfloat16", "cpu") == {"bfloat16": "native"}
    assert arithmetic_of("float32", "cpu") == arithmetic_of("float16", "cpu") == arithmetic_of("bfloat16", "cuda") == {}
    monkeypatch.setattr(native, "has_bfloat16", lambda device: False)
    assert arithmetic_of("bfloat16", "cpu") == {}


def test_a_record_holds_the_type_and_runs_again_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lit_hf.evaluation.run import run

    monkeypatch.setattr(native, "has_bfloat16", lambda device: True)
    record = run(job_settings("classes", tmp_path, dtype="native", orders=1, twins=1))
    assert record["model"]["dtype"] == record["settings"]["resolved"]["dtype"] == "bfloat16"
    record.save(tmp_path / "out")
    assert Settings.from_yaml(tmp_path / "out" / "settings.yaml").dtype == "bfloat16"
    plain = run(job_settings("classes", tmp_path, dtype="float32", orders=1, twins=1))
    (note,) = compare(record, plain, 0)["notes"]
    assert "a was computed in bfloat16, b in float32" in note
    assert compare(plain, plain, 0)["notes"] == []


def test_a_ranking_is_in_one_native_type_unless_another_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lit_hf.selection.run import rank

    monkeypatch.setattr(native, "has_bfloat16", lambda device: True)
    named = job_settings("classes", tmp_path)
    kept = {"orders": 1, "cache_dir": str(tmp_path / "cache"), "max_examples": 60}
    assert _types(rank(named.dataset, [named.model], **kept)) == ("bfloat16", "bfloat16")  # type: ignore[arg-type]
    plain = rank(named.dataset, [named.model], dtype="float32", **kept)  # type: ignore[arg-type]
    assert _types(plain) == ("float32", "float32")


def _types(ranking: dict[str, Any]) -> tuple[str, str]:
    return ranking["settings"]["resolved"]["dtype"], ranking["ranking"][0]["reading"]["dtype"]


def test_a_worker_of_a_ranking_refuses_bfloat16_that_it_does_not_multiply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lit_hf.selection.fleet import _work_item
    from lit_hf.selection.work_items import REGISTER, run_work_item
    from lit_hf.tasks import load_task

    settings = job_settings("classes", tmp_path, dtype="bfloat16")
    item = _work_item(REGISTER, settings, settings.model, load_task(settings))
    monkeypatch.setattr(native, "has_bfloat16", lambda device: False)
    assert "does not multiply bfloat16" in run_work_item(item)["error"]
    monkeypatch.setattr(native, "has_bfloat16", lambda device: True)
    assert run_work_item(item)["error"] is None
