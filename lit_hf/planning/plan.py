"""The plan of an evaluation or of a ranking, as plain values."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import MeasurementSettings, Settings, precomputed_file, split_dataset
from lit_hf.errors import BadSetting, LitError, reason
from lit_hf.evaluation.arms import Arm, arms_of, encoder_arm
from lit_hf.planning.estimate import coding_seconds, pass_seconds
from lit_hf.planning.warm_up import CoderSpeed, EncoderSpeed, time_coder, time_encoder
from lit_hf.planning.work import Pass, Unit, work_of
from lit_hf.runtime.progress import NullProgress
from lit_hf.runtime.units import UNIT_THREADS, cores

if TYPE_CHECKING:
    from lit_hf.encoders import Encoder
    from lit_hf.evaluation.job import Job
    from lit_hf.tasks import Task

Lister = Callable[["Task", "Encoder", MeasurementSettings], list[Arm]]
"""What lists the arms of a checkpoint: all of an evaluation, or the encoder's alone."""
KEYS = (
    "revision", "parameters", "dim", "dtype", "download_bytes", "size_bytes", "timed_on", "tokens", "passes", "code",
    "inputs", "stored", "store_bytes", "seconds",
)  # fmt: skip
"""What a plan says of a checkpoint; all of it is null beside an `error`."""


@dataclass
class Measured:
    """What the warm-up has measured so far: each shape of encoder and each shape of coder once."""

    encoders: dict[Any, EncoderSpeed] = field(default_factory=dict)
    coders: dict[Any, CoderSpeed] = field(default_factory=dict)

    def encoder(self, found: Encoder, task: Task) -> EncoderSpeed:
        """Return the speed of an encoder on the task's inputs; a twin is as fast as its checkpoint."""
        info = found.info
        address = (info.architecture, info.parameters, info.dim, info.max_tokens, info.dtype, task.dataset.fingerprint)
        if address not in self.encoders:
            self.encoders[address] = time_encoder(found, task.inputs[: task.size])
        return self.encoders[address]

    def coder(self, dim: int, task: Task, device: str) -> CoderSpeed:
        """Return the speed of one code of the task's labels on features of `dim` columns, with the whole bank."""
        rule = task.target.rule
        address = (dim, rule, task.dataset.fingerprint, device)
        if address not in self.coders:
            self.coders[address] = time_coder(dim, task.labels.reshape(len(task.labels), -1)[:, 0], rule, device)
        return self.coders[address]


def plan_evals(plan: Sequence[Settings]) -> dict[str, Any]:
    """Return the plan of evaluations, all on one dataset."""
    return make_plan(plan, arms_of)


def plan_ranking(plan: Sequence[Settings], transfer: bool, race: bool, finish: bool = False) -> dict[str, Any]:
    """Return the plan of a ranking; of a race also the least time: it ends at the first verdict.

    With `finish` or `transfer` the chosen one, the dearest at most, is coded to the end besides; the most there is to
    do is to code all of them to the end.
    """
    found = make_plan(plan, arms_of if transfer else _encoder_alone)
    share = _least_share(found, len(plan)) if race else 1.0
    seconds = [model["seconds"] for model in found["models"] if model["seconds"] is not None]
    if seconds and share < 1:
        more = max(seconds) * (1 - share) if finish or transfer else 0.0
        found["total"]["least_seconds"] = share * sum(seconds) + more
    return found


def _encoder_alone(task: Task, encoder: Encoder, settings: MeasurementSettings) -> list[Arm]:
    """Return what a checkpoint of a ranking codes that is not dropped: of a race, the most there is."""
    return [encoder_arm(task, encoder, settings)]


def make_plan(plan: Sequence[Settings], arms: Lister) -> dict[str, Any]:
    """Return what is to be done for each checkpoint; one that cannot be planned has its `error`."""
    from lit_hf.tasks import load_task

    if plan[0].streaming:
        raise BadSetting("streaming", True, "left out of a plan: what a stream holds is not known before it ends")
    began, measured = time.perf_counter(), Measured()
    task = load_task(plan[0])
    loaded = time.perf_counter() - began
    models = [_attempt(settings, task, arms, measured) for settings in plan]
    seconds = [model["seconds"] for model in models if model["seconds"] is not None]
    names = ("download_bytes", "inputs", "stored", "store_bytes")
    sums = {name: sum(model[name] or 0 for model in models) for name in names}
    known = len(seconds) == len(models)
    return {
        "schema": "lit-hf/plan/1",
        "dataset": {
            "id": task.dataset.id, "bytes": _dataset_bytes(plan[0]), "examples": len(task.labels),
            "groups": task.group_count, "classes": len(task.classes) or None, "labels_are": task.target.spoken,
            "codes": task.target.codes, "load_seconds": loaded,
        },
        "models": models,
        "total": {**sums, "seconds": loaded + sum(seconds) if known else None, "least_seconds": None},
        "workers": cores(),
        "warm_up_seconds": time.perf_counter() - began,
    }  # fmt: skip


def _attempt(settings: Settings, task: Task, arms: Lister, measured: Measured) -> dict[str, Any]:
    row: dict[str, Any] = {"model": settings.model, **dict.fromkeys(KEYS), "error": None}
    try:
        return row | _model_plan(settings, task, arms, measured)
    except Exception as error:  # what one checkpoint does must not hide the plan of the others
        return row | {"error": reason(error)}


def _model_plan(settings: Settings, task: Task, arms: Lister, measured: Measured) -> dict[str, Any]:
    from lit_hf.encoders.policy import Policy
    from lit_hf.encoders.skeleton import checkpoint_size
    from lit_hf.features import FeatureStore

    weight = checkpoint_size(settings.model, Policy.of(settings))
    began = time.perf_counter()
    job = _job(settings, task, weight.here)
    loaded = time.perf_counter() - began
    listed = arms(task, job.encoder, settings)
    passes, units = work_of(listed, task.target.codes, FeatureStore.at(settings.cache_dir))
    info = job.encoder.info
    speeds = [measured.encoder(each.encoder, task) for each in passes]
    coders = {unit.dim: measured.coder(unit.dim, task, job.code_device) for unit in units}
    workers = cores() // UNIT_THREADS if job.code_device == "cpu" else 1
    coding = coding_seconds(units, coders, workers)
    rows = [_pass_row(each, speed) for each, speed in zip(passes, speeds, strict=True)]
    return {
        "revision": weight.revision, "parameters": info.parameters, "dim": info.dim, "dtype": info.dtype,
        "size_bytes": weight.size.total,
        "download_bytes": weight.size.missing, "tokens": speeds[0].tokens,
        "timed_on": "the checkpoint" if weight.here else "random weights of its shape",
        "passes": rows, "code": _code_row(units, coding),
        "inputs": sum(row["inputs"] for row in rows), "stored": sum(row["stored"] for row in rows),
        "store_bytes": sum(row["store_bytes"] for row in rows),
        "seconds": loaded + sum(row["seconds"] for row in rows) + coding,
    }  # fmt: skip


def _job(settings: Settings, task: Task, here: bool) -> Job:
    """Return the job with its checkpoint, or with the outline of one whose weights are not here."""
    from lit_hf.encoders.policy import Policy
    from lit_hf.encoders.resolve import Choices
    from lit_hf.encoders.skeleton import load_skeleton
    from lit_hf.evaluation.job import Job
    from lit_hf.runtime.devices import find_place

    if here:
        return Job.prepare(settings, NullProgress(), task=task, keep=False)
    if task.medium != "text" or task.unit != "example":
        raise LitError("its weights are not here, and without them only encoders of whole texts are planned.")
    encoder = load_skeleton(settings.model, Choices.of(settings), Policy.of(settings))
    return Job(settings, task, encoder, NullProgress(), find_place(settings.device).device)


def _pass_row(work: Pass, speed: EncoderSpeed) -> dict[str, Any]:
    return {
        "label": work.label, "inputs": work.whole, "stored": work.stored,
        "tokens": None if speed.tokens is None else round(speed.tokens * work.missing), "store_bytes": work.bytes,
        "seconds": pass_seconds(work, speed),
    }  # fmt: skip


def _code_row(units: Sequence[Unit], seconds: float) -> dict[str, Any]:
    arms = [
        {"name": unit.label, "orders": unit.count, "labels": unit.labels, "dim": unit.dim, "codes": unit.codes}
        for unit in units
    ]
    return {"orders": sum(unit.count for unit in units), "seconds": seconds, "arms": arms}


def _least_share(found: dict[str, Any], count: int) -> float:
    """Return the share of the groups that is embedded at a race's first verdict; 1 where there is no race.

    Increments do not end where shells do, so that the first shell has no 256 coded groups yet.
    """
    from lit_hf.features import shells
    from lit_hf.ranking.race.hold import raced
    from lit_hf.ranking.race.rules import LEAST_CODED

    groups = found["dataset"]["groups"]
    if not raced(groups, count):
        return 1.0
    return min(1.0, next(end for end in shells() if end > LEAST_CODED) / groups)


def _dataset_bytes(settings: Settings) -> int | None:
    """Return the size of a dataset's files, which the plan itself has read; None when it cannot be known."""
    from lit_hf.runtime.hubrepo import resolve_commit, size_of
    from lit_hf.tasks.aliases import ALIASES

    path = precomputed_file(settings.dataset) or Path(settings.dataset).expanduser()
    if path.exists():
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        return sum(file.stat().st_size for file in files)
    name, _, revision = split_dataset(settings.dataset)
    try:
        commit = resolve_commit(ALIASES.get(name.lower(), (name,))[0], revision, "dataset", lambda _: LitError(""))
        return size_of(commit, (), "dataset").total or None
    except Exception:  # a courtesy: the data themselves are read already
        return None
