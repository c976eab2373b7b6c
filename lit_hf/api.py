"""The doors for arrays, datasets and records: what `import lit_hf` gives beside `evaluate`.

Each takes what its command takes and gives what the command prints with `--format json`, or an object of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.coding.arrays import Transfer, codelength, transfer
from lit_hf.coding.codelength import Codelength
from lit_hf.coding.forgetting import Forgetting, forgetting
from lit_hf.coding.steps import Step, prequential
from lit_hf.records.record import Record

if TYPE_CHECKING:
    from lit_hf.proof.verify import Verification
    from lit_hf.selection.plan import Race

__all__ = [
    "Codelength", "Forgetting", "Step", "Transfer", "codelength", "continual", "diff", "forgetting", "prequential",
    "rank", "records", "trace", "transfer", "verify",
]  # fmt: skip


def rank(
    dataset: Any,
    models: Sequence[str],
    *,
    race: bool | Race = True,
    finish: bool = False,
    audit: bool = False,
    transfer: bool = False,
    rivals: bool = True,
    **settings: Any,
) -> dict[str, Any]:
    """Rank checkpoints by the bits that the labels of a dataset cost with each, as `lit-hf rank` does.

    Args:
        dataset: A name as on the command line, a loaded dataset, or data in memory as for `evaluate`.
        models: Hub ids, also id@revision, or local folders.
        race: Stop when it is known whom to take, by the default rule or that of a `lit_hf.Race`; False codes all to the
            end.
        finish: Code the chosen one to the end.
        audit: Code a random tenth of those that left, and the runner-up, to the end.
        transfer: Add L_IT (frozen) of the chosen one; without a race, of all.
        rivals: Compute LogME, H-score and others; they are defined for classes only.
        settings: Fields of `lit_hf.Settings` (`max_examples=2000`, `orders=3`, ...).

    Returns:
        The ranking, as `lit-hf rank --format json` prints it (schema ranking-2). A checkpoint that fails is a row with
        its `error`; every record is in the results store under the id that its row has as `entry`.

    Raises:
        LitError: The dataset cannot be used, or a setting is unknown; `next_step` says what to do.

    Example:
        >>> import lit_hf
        >>> lit_hf.rank("reviews.csv", ["models/a", "models/b"], max_exmples=500)
        Traceback (most recent call last):
            ...
        lit_hf.errors.UnknownKey: unknown key 'max_exmples' in rank().
    """
    from lit_hf.selection.plan import Options, Race
    from lit_hf.selection.run import rank as run

    rule = race if isinstance(race, Race) else Race()
    ends = rule.within, rule.risk, rule.budget, rule.certain
    options = Options(*ends, race is not False, finish, audit, transfer, rivals)
    return run(dataset, models, options=options, **settings)


def trace(
    datasets: str | Sequence[str],
    checkpoints: Sequence[str],
    *,
    learned: Mapping[str, str] | None = None,
    twin: bool = False,
    **settings: Any,
) -> dict[str, Any]:
    """Code the same labels with every state of a model, as `lit-hf trace` does, and pair the changes.

    Args:
        datasets: Names as on the command line, one or several.
        checkpoints: The states in the order of the model's life: Hub ids, also id@revision, or local folders; a
            Trainer's output folder stands for its `checkpoint-*`.
        learned: For each dataset that was learned on the way, the state that had just learned it: with it the result
            says what was gained and what the last state forgot.
        twin: Embed a random twin of the first state too; differences of states need none.
        settings: Fields of `lit_hf.Settings` (`max_examples=2000`, `orders=3`, ...).

    Returns:
        The trajectory, as `lit-hf trace --format json` prints it (schema trajectory-1): bits of each state, and changes
        with intervals of this model. A state that fails is a row with its `error`.

    Raises:
        LitError: A dataset cannot be used, fewer than two states are given, or none could be coded.

    Example:
        >>> import lit_hf
        >>> lit_hf.trace("reviews.csv", ["models/base"])
        Traceback (most recent call last):
            ...
        lit_hf.errors.UsageError: trace needs a second state beside models/base: a change has two ends.
    """
    from lit_hf.records.record import plain
    from lit_hf.studies.states import find_states
    from lit_hf.studies.trajectory import trace as run

    named = [datasets] if isinstance(datasets, str) else list(datasets)
    return dict(plain(run(named, find_states(checkpoints), settings, learned=learned, twin=twin).data))


def continual(
    tasks: Sequence[str],
    model: str,
    *,
    methods: Sequence[str] = ("naive", "replay", "ewc=100", "ewc", "lwf", "l2", "joint"),
    scenario: str = "task",
    seeds: int = 3,
    epochs: int = 6,
    learn: int = 10_000,
    max_examples: int = 1_000,
    never: bool = True,
    **settings: Any,
) -> dict[str, Any]:
    """Train through a sequence of tasks by each method and measure every state, as `lit-hf continual` does.

    Args:
        tasks: Datasets in the order they are learned; `DATA.csv:labels=a,b` takes some classes of one.
        model: A text encoder; or `perceptron`, for `features:FILE`.
        methods: naive, joint, replay, ewc, lwf, l2, lora, each also as `NAME=STRENGTH`.
        scenario: task, class or domain: what is known of an example's task.
        seeds: How many trainings; one has no interval of the method.
        epochs: Passes over each task.
        learn: Labels of a task that are learned at most.
        max_examples: Labels of a task that are coded at most; no example is both.
        never: Also train without each task, for what is kept beyond never seeing it.
        settings: Fields of `lit_hf.Settings` that say how data and a text encoder are read (`max_tokens=64`, ...).

    Returns:
        What `lit-hf continual --format json` prints: for each method and task bits gained, forgotten and kept, the
        model's own head, the accuracy matrix and its figures, with intervals of this model and of the method.

    Raises:
        LitError: Fewer than two tasks, classes that overlap, too few examples, an unknown method.

    Example:
        >>> import lit_hf
        >>> lit_hf.continual(["features:a.npz"], "perceptron")
        Traceback (most recent call last):
            ...
        lit_hf.errors.UsageError: continual needs at least two tasks, and 1 is given.
    """
    from lit_hf.continual.run import continual as run
    from lit_hf.continual.sequence import Training
    from lit_hf.continual.study import Asked
    from lit_hf.records.record import plain

    asked = Asked(tuple(methods), tuple(range(seeds)), 1, never, max_examples)
    found = run(tasks, model, scenario, settings, training=Training(epochs), asked=asked, learned=learn)
    return dict(plain(found))


def records(
    model: str | None = None, dataset: str | None = None, *, cache_dir: str | Path | None = None
) -> list[Record]:
    """Return the stored results, newest first, as `lit-hf ls` lists them; their arrays are not loaded.

    Args:
        model: a part of the checkpoint's id.
        dataset: a part of the dataset's id.
        cache_dir: where results are kept, as for `evaluate`.

    Returns:
        The records; `Record.load(path)` or `lit_hf.diff` take the arrays of one by its `record["id"]`.

    Raises:
        Nothing: a store that is not there has no results.

    Example:
        >>> import lit_hf, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     lit_hf.records(cache_dir=folder)
        []
    """
    from lit_hf.records.store import ResultsStore

    wanted = {"model": model, "dataset": dataset}
    return [
        record
        for record in ResultsStore.at(cache_dir).all()
        if all(part is None or part in str(record[section]["id"]) for section, part in wanted.items())
    ]


def verify(record: Record | str | Path) -> Verification:
    """Prove a codelength: write the labels to a file of so many bits, and have another process read them back.

    Args:
        record: A record, or the folder that it was saved to. The file `labels.bin` is made beside it; that of a record
            in memory lies in the results store. One that is there already is read and not written.

    Returns:
        The lengths in bits: stated, decoded, payload and header, and the file.

    Raises:
        RecordChanged: The record does not fit its parts, its data or the file.
        BadBitstream: The file is damaged or foreign.
        LitError: The record is what a ranking coded, or was stopped on the way.

    Example:
        >>> import lit_hf, numpy as np, tempfile
        >>> labels = np.arange(60) % 2
        >>> columns = np.stack([labels, np.arange(60)], 1).astype("float32")  # distinct rows
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(f"{folder}/mine.npz", features=columns, labels=labels)
        ...     mine = f"features:{folder}/mine.npz"
        ...     record = lit_hf.evaluate(mine, mine, orders=1, cache_dir=folder)
        ...     proof = lit_hf.verify(record)
        >>> proof.labels, proof.payload_bits - proof.stated_bits < 64
        (60, True)
    """
    from lit_hf.proof.verify import verify as run
    from lit_hf.records.store import ResultsStore

    if not isinstance(record, Record):
        return run(record)
    return run(ResultsStore.at(record["settings"]["resolved"].get("cache_dir")).keep(record))


def diff(a: Record | str | Path, b: Record | str | Path, *, examples: int = 10) -> dict[str, Any]:
    """Compare two records of one dataset, paired by example, as `lit-hf diff` does.

    Args:
        a: A record, a folder or file with one, or an id in the results store.
        b: The other one.
        examples: How many of the inputs that differ most to return.

    Returns:
        What `lit-hf diff --format json` prints: both codelengths, a - b in bits with its 95 % interval, and the inputs.

    Raises:
        IncomparableRecords: They are of different data, orders, coders or banks, or a race ended before one had all.
        UnknownResult: A name is neither a folder nor a stored id.

    Example:
        >>> import lit_hf, numpy as np, tempfile
        >>> labels = np.arange(60) % 2
        >>> columns = np.stack([labels, np.arange(60)], 1).astype("float32")  # distinct rows
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     np.savez(f"{folder}/mine.npz", features=columns, labels=labels)
        ...     mine = f"features:{folder}/mine.npz"
        ...     record = lit_hf.evaluate(mine, mine, orders=1, cache_dir=folder)
        >>> lit_hf.diff(record, record)["difference"]
        {'bits': 0.0, 'interval': [-1.0, 1.0]}
    """
    from lit_hf.records.store import ResultsStore
    from lit_hf.studies.diff import SCHEMA, compare

    store = ResultsStore.at()
    found = [each if isinstance(each, Record) else store.find(str(each)) for each in (a, b)]
    return {"schema": SCHEMA, **compare(found[0], found[1], examples)}
