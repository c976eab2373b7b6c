"""What a record says of the run: checkpoint, dataset, environment, contamination, and notes in words."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from lit_hf._version import __version__
from lit_hf.ranking.raw_input import beside
from lit_hf.records.sections import FRAMES, length_unit
from lit_hf.tasks.stream import GROUPING

if TYPE_CHECKING:
    from lit_hf.evaluation.coded import CodedArms
    from lit_hf.evaluation.job import Job
    from lit_hf.tasks import Task


def model_section(job: Job) -> dict[str, Any]:
    """Return which checkpoint was read, and how; where nothing pins it, also its content."""
    from lit_hf.encoders.content import content_of

    info = job.encoder.info
    sources = dict(info.sources)
    return {
        "id": info.id,
        "revision": info.revision,
        "architecture": info.architecture,
        "parameters": info.parameters,
        "dim": info.dim,
        "layer": info.layer,
        "pooling": info.pooling,
        "prompt": info.prompt,
        "max_tokens": info.max_tokens,
        "length_unit": length_unit({"resolved_from": sources}),
        "padding_side": info.padding_side,
        "dtype": info.dtype,
        "resolved_from": sources,
        **({} if (content := content_of(job.encoder)) is None else {"content": content}),
    }


def dataset_section(job: Job, truncated: float) -> dict[str, Any]:
    """Return what was coded; `truncated`: share of the inputs that lost tokens."""
    task, info = job.task, job.task.dataset
    return {
        "id": info.id,
        "config": info.config,
        "split": info.split,
        "revision": info.revision,
        "fingerprint": info.fingerprint,
        "examples": len(task.labels),
        "groups": task.group_count,
        "duplicates": info.duplicates if task.streamed else len(task.labels) - len(np.unique(task.feature_rows)),
        "dropped": {"missing_labels": info.missing_labels, "empty_inputs": info.empty_inputs},
        **labels_section(task),
        "kind": task.kind,
        "unit": task.unit,
        "columns": dict(info.columns),
        "truncated": truncated,
        **({} if job.merged is None else {"merged": job.merged}),
        **_grouping(task),
        **({} if info.read_as is None else {"read_as": info.read_as}),
        **({} if info.trained_on is None else {"trained_on": info.trained_on.section()}),
    }


def _grouping(task: Task) -> dict[str, Any]:
    """Return the rule that put different inputs into one group, and how many they are; a stream groups nothing."""
    copies = task.dataset.near_copies
    if not copies:
        return {}
    return {"near_copies": copies} if task.streamed else {"near_copies": copies, "grouping": GROUPING}


def labels_section(task: Task) -> dict[str, Any]:
    """Return what the labels say of themselves, and what the words of a token task are read from."""
    words = {"null_name": task.target.null_name, "hub_task": task.target.hub_task(task.reads or task.kind)}
    return task.target.section() | words | ({} if task.reads is None else {"reads": task.reads})


def contamination(job: Job) -> str:
    """Return whether the checkpoint's card names this dataset: declared, not declared, or unknown.

    Cards name repositories: a local file or folder that is called like one is not declared by its name.
    """
    from lit_hf.encoders.trained_on import declared_datasets
    from lit_hf.tasks.aliases import same_dataset

    declared = declared_datasets(job.encoder.info.id, job.encoder.info.revision)
    if declared is None:
        return "unknown"
    data = job.task.dataset
    local = data.revision is None
    named = not local and any(same_dataset(name, data.id, data.config) for name in declared)
    return "declared" if named else "not declared"


def environment_section(job: Job) -> dict[str, Any]:
    """Return where it ran: what another machine must match to get the same bits."""
    from lit_hf.runtime.processes import find_processes
    from lit_hf.runtime.units import UNIT_THREADS

    return {
        "lit_hf": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "transformers", "datasets")},
        "platform": platform.platform(),
        "device": job.device,
        "processes": find_processes().world,
        "threads": UNIT_THREADS,
    }


def notes_section(data: dict[str, Any], arms: CodedArms, note: str | None, halved: int = 0) -> list[str]:
    """Return what a reader of the result must be told, in words; `note`: of labels of their kind."""
    notes = [*_raw_input(arms), *_collapsed(data, arms)]
    control = data["baselines"]["shuffled_labels"]
    if abs(control["transfer_bits"] or 0) > 5:
        notes.append(f"Shuffled labels show {control['transfer_bits']:.1f} bits of transfer where there is none.")
    unit = length_unit(data["model"])
    if data["dataset"]["truncated"] > 0.01:
        notes.append(
            f"{data['dataset']['truncated']:.0%} of the {'sounds' if unit == FRAMES else 'texts'} were cut at "
            f"{data['model']['max_tokens']} {unit}."
        )
    if data["settings"]["resolved"].get("streaming"):
        notes.append(
            "This is one stream in its order of arrival: the result says nothing of another order, and an input that "
            f"comes again, as {data['dataset']['duplicates']:,} did, is one more example."
        )
    elif data["dataset"]["duplicates"]:
        notes.append(
            f"{data['dataset']['duplicates']:,} labels belong to an input that occurs more than once: one group each."
        )
    notes += [] if note is None else [note]
    if data["coder"]["code"] != "online":
        notes.append(f"All arms are coded by {data['coder']['code']}, a reference that is longer than the online code.")
    notes += [] if halved == 0 else [
        f"{halved:,} batches did not fit into memory and were computed in parts: where that is no CPU, floats may "
        "differ in their last bits from those of a machine with more memory."
    ]  # fmt: skip
    if data["contamination"] == "declared":
        notes.append(
            "The checkpoint's card names this dataset among its training data: the codelength may not be honest."
        )
    return notes


def _raw_input(arms: CodedArms) -> Iterator[str]:
    """Yield that the features are not more than their raw input, if they are not, by a paired test."""
    if arms.raw is None:
        return
    found = beside(arms.raw.per_example, arms.encoder.per_example, arms.encoder.order, arms.encoder.groups)
    if found.verdict > 0:
        return
    said = "cannot be told from" if found.verdict == 0 else "does not beat"
    more, orders = "more" if found.bits > 0 else "fewer", "one order" if found.orders == 1 else f"{found.orders} orders"
    yield (
        f"The checkpoint {said} the raw input: with {arms.raw_kind} alone these labels cost {abs(found.bits):,.1f} "
        f"bits {more} (95 % interval of what is saved: {found.low:,.1f} to {found.high:,.1f}, {orders})."
    )


def _collapsed(data: dict[str, Any], arms: CodedArms) -> list[str]:
    """Return what to say of features that hardly differ between inputs."""
    from lit_hf.features.collapse import COLLAPSED

    found = []
    mine, twin = arms.spread
    if mine < COLLAPSED:
        found.append(f"The checkpoint's features have collapsed: inputs differ by {mine:.1g} times their size.")
    if twin is not None and twin < COLLAPSED:
        cause = data["model"]["resolved_from"].get("batch_norm")
        found.append(
            f"The {data['transfer']['baseline'].replace('_', ' ')}'s features have collapsed: inputs differ by "
            f"{twin:.1g} times their size{f' (BatchNorm: {cause})' if cause else ''}. It is a weak baseline, no better "
            "than the labels' own frequencies: compare with the raw input."
        )
    return found
