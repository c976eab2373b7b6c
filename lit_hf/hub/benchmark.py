"""`.eval_results/*.yaml`: scores on datasets that are registered as benchmarks.

https://huggingface.co/docs/hub/eval-results. Such an entry has one value and no metric name: it *is* the benchmark's
own metric. So one is written only where the dataset registers a benchmark (`eval.yaml`) whose evaluation framework is
lit-hf and one of whose tasks is the configuration and split that were measured; never an L_IT for another's score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lit_hf.config import outside
from lit_hf.errors import GatedRepository
from lit_hf.hub import index
from lit_hf.hub.errors import InvalidCard, UnknownRepository, ValueDiffers
from lit_hf.hub.frontmatter import dump
from lit_hf.hub.plan import fetch, head
from lit_hf.records.record import require_transfer
from lit_hf.records.sections import Sections

if TYPE_CHECKING:
    from huggingface_hub import HfApi

REGISTRATION = "eval.yaml"
FRAMEWORK = "lit-hf"


def task_of(api: HfApi, record: Sections) -> str | None:
    """The benchmark's task that the record measured; None where the dataset registers none of ours."""
    dataset = record["dataset"]
    if not dataset["revision"]:
        return None
    try:
        sha, files = head(api, dataset["id"], "dataset")
        registration = fetch(api, dataset["id"], "dataset", sha, REGISTRATION) if REGISTRATION in files else b""
        return matching_task(outside.parse_yaml(registration.decode("utf-8")), dataset)
    except (UnknownRepository, GatedRepository, ValueError):
        return None  # what cannot be read registers nothing


def matching_task(registration: Any, dataset: Mapping[str, Any]) -> str | None:
    """The id of the registered task with the dataset's configuration and split."""
    if not isinstance(registration, Mapping) or registration.get("evaluation_framework") != FRAMEWORK:
        return None
    for task in registration.get("tasks") or ():
        if not isinstance(task, Mapping) or "id" not in task:
            continue
        same_config = task.get("config", "default") == (dataset["config"] or "default")
        if same_config and task.get("split", dataset["split"]) == dataset["split"]:
            return str(task["id"])
    return None


def path_of(record: Sections) -> str:
    """The file for a dataset's entries in a model's repository."""
    return f".eval_results/{str(record['dataset']['id']).replace('/', '--')}.yaml"


def update(text: str, record: Sections, task: str, overwrite: bool) -> str:
    """The file's text with the record's entry; the same text when it is there. Raises `ValueDiffers`, `InvalidCard`."""
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    dataset = record["dataset"]
    value, notes = (
        index.rounded(require_transfer(record).bits),
        f"L_IT (frozen) in bits, bank {record['coder']['bank']}",
    )
    entry = EvalResultEntry(
        dataset_id=dataset["id"],
        task_id=task,
        value=value,
        dataset_revision=dataset["revision"],
        date=record["created"],
        notes=notes,
    )
    try:
        known = outside.parse_yaml(text) if text.strip() else []
    except ValueError as error:
        raise InvalidCard(f"the evaluation results cannot be read: {error}") from error
    if not isinstance(known, list):
        raise InvalidCard("the evaluation results are not a list")
    wanted = eval_result_entries_to_yaml([entry])[0]
    same = [i for i, found in enumerate(known) if _key(found) == _key(wanted)]
    if not same:
        return dump([*known, wanted]) if known else dump([wanted])
    if known[same[0]]["value"] == value:
        return text
    if not overwrite:
        raise ValueDiffers("the model's evaluation result", known[same[0]]["value"], value)
    known[same[0]] = wanted
    return dump(known)


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    dataset = entry.get("dataset") or {}
    return (dataset.get("id"), dataset.get("task_id"), entry.get("notes"))
