"""The composition root: settings -> task -> features -> codes -> measures -> record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lit_hf.config import Settings
from lit_hf.evaluation.job import IN_MEMORY, Job
from lit_hf.records.record import Record
from lit_hf.runtime.processes import find_processes
from lit_hf.runtime.progress import Speaking

if TYPE_CHECKING:
    from lit_hf.evaluation.coded import CodedArms
    from lit_hf.records.made_of import MadeOf
    from lit_hf.runtime.progress import Progress


def evaluate(
    model: str | Any,
    dataset: Any,
    *,
    tokenizer: Any = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Record:
    """Measure the information transfer of `model` on `dataset`, each a name or a loaded object; return the record.

    Args:
        model: a checkpoint's id or folder, `features:FILE`, a transformers model, or a SentenceTransformer; a loaded
            one stays as it is.
        dataset: a dataset's id, file or folder, a loaded one, or data in memory: a DataFrame, a list of rows, a dict of
            columns, or a pair (texts, labels).
        tokenizer: of a loaded transformers model.
        progress: where progress is told.
        settings: the fields of `lit_hf.Settings` (`max_examples=2000`, `orders=3`, ...).

    Returns:
        The `Record`, which is also kept in the results store.

    Raises:
        LitError: one of its kinds, each with what to do next; an unknown setting with the nearest known name.

    Example:
        >>> import lit_hf, numpy as np, tempfile
        >>> labels = np.arange(60) % 2
        >>> columns = np.stack([labels, np.arange(60)], 1).astype("float32")  # distinct rows
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(f"{folder}/mine.npz", features=columns, labels=labels)
        ...     mine = f"features:{folder}/mine.npz"
        ...     record = lit_hf.evaluate(mine, mine, orders=1, cache_dir=folder)
        >>> record["dataset"]["examples"]
        60
    """
    from lit_hf.config import from_mapping

    named, data = (dataset, None) if isinstance(dataset, str) else (IN_MEMORY, dataset)
    called, objects = (model, None) if isinstance(model, str) else (IN_MEMORY, (model, tokenizer))
    given = from_mapping({"model": called, "dataset": named, **settings}, "evaluate()")
    return run(given, progress=progress, data=data, objects=objects)


def run(
    settings: Settings, *, progress: Progress | None = None, data: Any = None, objects: tuple[Any, Any] | None = None,
    made_of: MadeOf | None = None,
) -> Record:  # fmt: skip
    """Do the whole job of `settings` and keep the record in the results store.

    Of several processes each returns the record; only the main one makes and keeps it. `data` is a loaded dataset that
    takes the place of the named one; `objects`, a loaded model and its tokeniser, that of the named checkpoint.
    `made_of`: of the result that this is to be once more; `MadeOfOther` is raised before the work where it cannot be.
    """
    from lit_hf.runtime.progress import NullProgress

    find_processes().work(True)
    try:
        job = Job.prepare(settings, progress or NullProgress(), data, objects=objects)
        if made_of is not None:
            from lit_hf.evaluation.changed import require_unchanged

            require_unchanged(job, made_of)
        arms = _coded(job)
        return find_processes().broadcast(lambda: _keep(job, arms))
    except BaseException as error:
        find_processes().fail(error)  # or the others would wait for this process
        raise
    finally:
        find_processes().work(False)


def _coded(job: Job) -> CodedArms:
    """Return all arms coded; an interrupt before that keeps the first order, if it is done."""
    from lit_hf.evaluation.code_arms import code_arms

    try:
        return code_arms(job)
    except KeyboardInterrupt:
        if job.early is not None and find_processes().is_main:
            _keep_early(job, job.early)
        raise


def _keep_early(job: Job, arms: CodedArms) -> None:
    """Keep the first order under the id of an evaluation with `orders: 1` and `twins: 1`, which replaces it."""
    record = _keep(replace(job, settings=job.settings.replace(orders=1, twins=1)), arms)
    if isinstance(job.progress, Speaking):
        job.progress.say(f"Kept what was coded, one order and one initialisation: lit-hf report {record['id']}")


def _keep(job: Job, arms: CodedArms) -> Record:
    from lit_hf.evaluation.record import make_record
    from lit_hf.records.store import ResultsStore

    record = make_record(job, arms)
    ResultsStore.at(job.settings.cache_dir).try_to_keep(record)
    return record
