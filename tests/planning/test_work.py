"""What a plan lists is what the run then embeds and codes, for every kind of target and every option."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from rich.console import Console

import lit_hf.features
from lit_hf.codes.prequential import Coder
from lit_hf.config import Settings
from lit_hf.encoders import Encoder
from lit_hf.evaluation.run import run
from lit_hf.planning import plan as planning
from lit_hf.planning.warm_up import CoderSpeed, EncoderSpeed
from lit_hf.reports.plan import report
from tests.support.jobs import JOBS, job_settings


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan without a warm-up: what is to be done is asked here, not how long it takes."""
    monkeypatch.setattr(planning, "time_encoder", lambda *_: EncoderSpeed(1.0, 1.0, 1, None))
    monkeypatch.setattr(planning, "time_coder", lambda *_: CoderSpeed((1,), (1.0,)))


def planned(settings: Settings) -> dict[str, Any]:
    (model,) = planning.plan_evals([settings])["models"]
    assert model["error"] is None
    return model


class Seen:
    """What a run embeds, and the labels and columns of each code that it carries through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.embedded, self.coded, self._lock = list[tuple[str, int]](), Counter[tuple[int, int]](), Lock()
        embed, start = lit_hf.features.embed, Coder.__init__

        def watched(encoder: Encoder, pool: Any, count: int, **rest: Any) -> Any:
            found = embed(encoder, pool, count, **rest)
            self.embedded.append((encoder.info.kind, found.embedded))
            return found

        def begin(coder: Coder, stream: Any, labels: Any, *rest: Any, **more: Any) -> None:
            with self._lock:
                self.coded[stream.dim, len(labels)] += 1
            start(coder, stream, labels, *rest, **more)

        monkeypatch.setattr(lit_hf.features, "embed", watched)
        monkeypatch.setattr(Coder, "__init__", begin)


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.usefixtures("unmeasured")
def test_a_run_embeds_and_codes_what_its_plan_lists(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "adapter":
        pytest.importorskip("peft", reason="peft is not installed: pip install peft")
    settings = job_settings(name, tmp_path)
    before = planned(settings)
    seen = Seen(monkeypatch)
    record = run(settings)
    assert [each["inputs"] for each in before["passes"]] == [inputs for _, inputs in seen.embedded]
    assert before["inputs"] - before["stored"] == record["timings"]["embedded_now"]
    listed = Counter[tuple[int, int]]()
    for arm in before["code"]["arms"]:
        listed[arm["dim"], arm["labels"]] += arm["orders"] * arm["codes"]
    assert listed == seen.coded


@pytest.mark.usefixtures("unmeasured")
def test_several_labels_have_a_raw_input_and_a_code_for_each_label(tmp_path: Path) -> None:
    model = planned(job_settings("label sets", tmp_path))
    assert "raw input" in [each["label"] for each in model["passes"]]
    assert {arm["codes"] for arm in model["code"]["arms"]} == {3}


@pytest.mark.parametrize(
    ("name", "labels", "orders"),
    [
        ("classes", "2 classes", "code 9 orders "),
        ("label sets", "3 that may hold together", "code 9 orders, 3 codes each"),
        ("numbers", "numbers", "code 9 orders "),
    ],
)
@pytest.mark.usefixtures("unmeasured")
def test_a_plan_says_what_the_labels_are(name: str, labels: str, orders: str, tmp_path: Path) -> None:
    console = Console(width=110, record=True, file=StringIO())
    for part in report(planning.plan_evals([job_settings(name, tmp_path)])):
        console.print(part)
    text = console.export_text()
    assert f"80 examples, {labels}," in text
    assert orders in text


@pytest.mark.usefixtures("unmeasured")
def test_an_adapter_is_planned_with_its_base(tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed: pip install peft")
    model = planned(job_settings("adapter", tmp_path))
    assert "adapter base" in [each["label"] for each in model["passes"]]
    assert [arm["orders"] for arm in model["code"]["arms"] if arm["name"] == "adapter base"] == [2]


@pytest.mark.usefixtures("unmeasured")
def test_sensitivity_is_planned_for_both_arms(tmp_path: Path) -> None:
    names = [arm["name"] for arm in planned(job_settings("sensitivity", tmp_path))["code"]["arms"]]
    assert len([name for name in names if name.startswith("without ")]) == 2 * 6
