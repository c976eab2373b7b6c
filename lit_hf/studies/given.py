"""What a study of a dataset is given: a stored record, or a dataset and an encoder, read once and embedded once.

DATA ─┬─ a record ──────> `find_record` ──> its arrays; `settings_of_record` where its features are needed again
      └─ with --model ──> `settings_of` ──> `embedded`: task, labels and features, from the store where it has them
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.config import PRECOMPUTED, Settings, from_mapping, from_record
from lit_hf.config.names import exists
from lit_hf.errors import LacksPart, RecordChanged, UsageError
from lit_hf.records.record import FILE, OLD_FILE, Record

if TYPE_CHECKING:
    from lit_hf.coding.order import Code, Examples
    from lit_hf.evaluation.job import Job
    from lit_hf.features import Features
    from lit_hf.runtime.progress import Progress
    from lit_hf.tasks import Task

OF_A_RECORD = ("device", "cache_dir", "code_device")
"""Options that are not of the data or the encoder, and so may stand beside a record."""


@dataclass(frozen=True, eq=False)
class Given:
    """A task and the features of all its drawn inputs; `features[task.feature_rows[i]]` belongs to label i."""

    job: Job
    features: Features

    @property
    def task(self) -> Task:
        """The labelled groups, in stream order."""
        return self.job.task

    @property
    def examples(self) -> Examples:
        """What is coded."""
        return self.task.examples

    @property
    def code(self) -> Code:
        """The code of the settings, on the device where labels are coded."""
        from lit_hf.coding.order import Code

        return Code(self.job.settings.code, device=self.job.code_device)


def find_record(
    data: str, model: str | None, given: Mapping[str, Any], allowed: Sequence[str] = ()
) -> Record | None:  # fmt: skip
    """Return the record that DATA names, a folder, a file or an id; None where DATA is a dataset with its encoder.

    given: the options beside it; those of the machine, and `allowed` ones, may stand beside a record. Raises
    `UsageError` for a dataset without an encoder, a record with one, or with options of reading; and what reading a
    record raises.
    """
    from lit_hf.records.store import ResultsStore, UnknownResult

    if is_record(data):
        found = Record.load(data)
    elif model is not None or data.startswith(PRECOMPUTED):
        return None
    else:
        if exists(data):
            raise _without_model(data)
        try:
            found = ResultsStore.at(given.get("cache_dir")).find(data)
        except UnknownResult:
            raise _without_model(data) from None
    if model is not None:
        raise UsageError(f"{data} is a record, and has its encoder.", "Leave out `--model`, or name a dataset.")
    if others := [name for name in given if name not in (*OF_A_RECORD, *allowed)]:
        option = f"--{others[0].replace('_', '-')}"
        raise UsageError(
            f"{data} is a record: its data are read as it says, not by {option}.", f"Leave out `{option}`."
        )
    return found


def is_record(data: str) -> bool:
    """Tell whether DATA is a record's folder or its JSON file."""
    path = Path(data)
    return exists(data) and (path.name in (FILE, OLD_FILE) or any((path / name).is_file() for name in (FILE, OLD_FILE)))


def settings_of(data: str, model: str | None, given: Mapping[str, Any]) -> Settings:
    """Return the settings of a dataset and an encoder; `features:FILE` is both."""
    if data.startswith(PRECOMPUTED):
        if model not in (None, data):
            raise UsageError(
                f"{data} holds features already; --model {model} would make others.", "Leave out `--model`."
            )
        model = data
    elif model is None:
        raise _without_model(data)
    return from_mapping({"model": model, "dataset": data, **given}, "the command line")


def settings_of_record(record: Record, given: Mapping[str, Any]) -> Settings:
    """Return the settings that make the features of a record again: its own, and the machine's of `given`."""
    settings = from_record(record.rerun_settings(), "the record")
    return settings.replace(**{name: given[name] for name in OF_A_RECORD if name in given})


def embedded(settings: Settings, progress: Progress | None = None, record: Record | None = None) -> Given:
    """Return the task of `settings` and its features, computing what the store lacks.

    record: the record that the settings are of; raises `RecordChanged` where the dataset is another one by now.
    """
    from lit_hf.evaluation.job import Job
    from lit_hf.runtime.progress import NullProgress

    job = Job.prepare(settings, progress or NullProgress())
    task = job.task
    if record is not None and task.dataset.fingerprint != record["dataset"]["fingerprint"]:
        raise RecordChanged(record["id"], "the dataset that it names holds other examples now")
    return Given(job, job.features(job.encoder, task.inputs, task.size, f"embed: {settings.model}"))


def require_arrays(record: Record, *names: str) -> None:
    """Raise `LacksPart` unless the record has these arrays, of all its labels in all orders."""
    again = "Measure it again: `lit-hf eval MODEL DATASET --output DIR`, and give DIR."
    if not record.complete:
        raise LacksPart(record["id"], "bits of all its labels: a race eliminated the checkpoint", again)
    missing = [name for name in names if name not in record.arrays]
    if missing:
        raise LacksPart(record["id"], f"array {', '.join(missing)} (arrays.npz beside record.json)", again)


def _without_model(data: str) -> UsageError:
    return UsageError(
        f"{data!r} is no stored record, and no encoder is named.",
        f"Name one with `--model`, such as `--model sentence-transformers/all-MiniLM-L6-v2`; or give a record: {_LS}.",
    )


_LS = "`lit-hf ls` lists those that are stored"
