"""Exceptions that carry fields: what went wrong, and the next thing to do.

Every error that a user can cause is a `LitError`. Its text is one line; `next_step` is one more line, usually a command
to run. The command line prints both and exits with `exit_code`; a library user reads the fields.
"""

from __future__ import annotations

import difflib
import os
import re
import warnings
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of the `known` names that look most like `name`, best first; capitals do not matter."""
    originals = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), list(originals), n=count, cutoff=0.5)
    return [originals[candidate] for candidate in found]


def _listed(names: Iterable[object], limit: int = 8) -> str:
    """Return `a, b, c` and, beyond `limit` names, how many more there are."""
    shown = [str(name) for name in names]
    more = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more


_NO_HEADER = (
    "The first line of the file seems to be an example. Put a line of names in front of it, such as `text,label`: "
    "`sed -i '1i text,label' FILE`."
)


def _looks_like_an_example(names: Sequence[str]) -> bool:
    """Tell whether the names of columns are the first example of a file without a line of names."""
    return any(len(name.split()) > 4 or name.lstrip("-").replace(".", "", 1).isdigit() for name in names)


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def _brief(value: Any) -> str:
    """Return `repr(value)`, cut in the middle when it is longer than a line."""
    if isinstance(value, int) and abs(value) >= 10**60:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:60]}…{text[-20:]}"


def _did_you_mean(suggestions: Sequence[str]) -> str:
    return f"Did you mean {' or '.join(suggestions)}? " if suggestions else ""


def _can_be_on_hub(name: str) -> bool:
    """Tell whether the Hub was asked: it has names of one or two parts of these characters, and no others."""
    return re.fullmatch(r"(?:[\w.-]+/)?[\w.-]+", name, re.ASCII) is not None


class LitError(Exception):
    """The root of all errors: one line of `message`, an optional `next_step`, and the process's `exit_code`."""

    exit_code = 1

    def __init__(self, message: str, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        if next_step:
            self.add_note(next_step)  # tracebacks print it below the message: in a notebook nobody asks for the field

    def __str__(self) -> str:
        return self.message


class UsageError(LitError):
    """The command line itself is wrong or incomplete."""

    exit_code = 2


class UnknownModel(LitError):
    """No checkpoint of this name, neither on the Hub nor as a local folder."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        on_hub = (
            "nor a repository on the Hub" if _can_be_on_hub(name) else "nor a name that the Hub could have, `org/name`"
        )
        super().__init__(
            f"no model named {name!r}: it is neither a folder here {on_hub}.",
            f"{_did_you_mean(suggestions)}Check the spelling; for a private repository run `hf auth login`.",
        )
        self.name, self.suggestions = name, tuple(suggestions)


class UnknownDataset(LitError):
    """No dataset of this name, neither an alias, nor on the Hub, nor a local file or folder."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        on_hub = "nor on the Hub" if _can_be_on_hub(name) else "nor a name that the Hub could have, `org/name`"
        super().__init__(
            f"no dataset named {name!r}: neither an alias, nor a file or folder here, {on_hub}.",
            f"{_did_you_mean(suggestions)}Give `org/name`, `org/name:config`, or a csv, json, parquet or arrow file; "
            "for a private dataset run `hf auth login`.",
        )
        self.name, self.suggestions = name, tuple(suggestions)


class UnknownRevision(LitError):
    """The repository exists, the branch, tag or commit does not."""

    def __init__(self, name: str, revision: str) -> None:
        super().__init__(
            f"{name} has no revision {revision!r}.",
            "Give a branch, a tag or a full commit hash, as in `org/name@main`.",
        )
        self.name, self.revision = name, revision


class UnknownConfig(LitError):
    """The dataset has several configurations and none, or an unknown one, was named."""

    def __init__(self, name: str, config: str | None, available: Sequence[str]) -> None:
        asked = "needs a configuration" if config is None else f"has no configuration {config!r}"
        super().__init__(f"{name} {asked}; it has {_listed(available)}.", f"Write `{name}:{_first(available)}`.")
        self.name, self.config, self.available = name, config, tuple(available)


class UnknownSplit(LitError):
    """The dataset has no split of this name."""

    def __init__(self, name: str, split: str, available: Sequence[str]) -> None:
        super().__init__(
            f"{name} has no split {split!r}; it has {_listed(available)}.", f"Try `--split {_first(available)}`."
        )
        self.name, self.split, self.available = name, split, tuple(available)


class GatedRepository(LitError):
    """The repository asks for consent before anyone may read it; a dataset's `name` is `datasets/org/name`."""

    def __init__(self, name: str) -> None:
        hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
        super().__init__(
            f"{name} is gated: its owners ask for consent before it can be read.",
            f"Accept the conditions on {hub}/{name}, then run `hf auth login`.",
        )
        self.name = name


class OfflineNotCached(LitError):
    """The Hub cannot be reached, and the files are not in the cache; a dataset's `name` is `datasets/org/name`.

    `reason`: what came of asking the Hub; None where offline mode is on, so that it was not asked.
    """

    def __init__(self, name: str, suggestions: Sequence[str] = (), reason: str | None = None) -> None:
        repo = name.removeprefix("datasets/")
        option = " --repo-type dataset" if repo != name else ""
        why = f"({reason})" if reason else "in offline mode (HF_HUB_OFFLINE)"
        online = "With network" if reason else "Unset HF_HUB_OFFLINE; or, where there is network"
        super().__init__(
            f"{repo} is not in the local cache and the Hub cannot be reached {why}.",
            f"{_did_you_mean(suggestions)}{online}, run `hf download {repo}{option}`; "
            "or give the path of a local folder or file.",
        )
        self.name, self.suggestions, self.reason = name, tuple(suggestions), reason


class NoSafetensors(LitError):
    """The repository has pickled weights only."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no safetensors weights, and a pickle can run any code when it is loaded.",
            "If you trust its authors, add `--allow-pickle`.",
        )
        self.name = name


class UnsafeRemoteCode(LitError):
    """The repository wants to run its own Python code."""

    def __init__(self, name: str, what: str = "", local: bool = False) -> None:
        pinned = name if local else f"{name}@COMMIT"
        super().__init__(
            f"{name} needs to run Python code from its repository, which is off by default{what and f': {what}'}.",
            f"Read that code, then {'run' if local else 'pin'} it: `lit-hf eval {pinned} DATASET --trust-remote-code`; "
            "or `--stock-code` reads the files with transformers' own code, where it knows their types.",
        )
        self.name, self.what = name, what


class UnsupportedModel(LitError):
    """The checkpoint was found, but it cannot be used as an encoder of this task's inputs."""

    def __init__(self, name: str, reason: str, next_step: str = "Give a transformers text encoder.") -> None:
        super().__init__(f"{name} cannot be used as an encoder: {reason}.", next_step)
        self.name, self.reason = name, reason


class MissingColumn(LitError):
    """A column that was named, or that the task needs, is not in the dataset."""

    def __init__(self, column: str, available: Sequence[str], how: str | None = None) -> None:
        close = nearest(column, available, 1)
        super().__init__(
            f"there is no column {column!r}; the dataset has {_listed(map(_short, available)) or 'no columns'}.",
            _NO_HEADER
            if _looks_like_an_example(available)
            else f"{_did_you_mean(close)}{how or 'Name the columns with `--text-column` and `--label-column`.'}",
        )
        self.column, self.available = column, tuple(available)


class AmbiguousColumns(LitError):
    """The columns of the task could not be told from the dataset's features and names."""

    def __init__(self, role: str, available: Sequence[str]) -> None:
        next_step = f"Say it with `--{role.replace(' ', '-')}-column NAME`; a csv needs a first line of names."
        super().__init__(
            f"cannot tell which column is the {role}; the dataset has {_listed(map(_short, available))}.",
            _NO_HEADER if _looks_like_an_example(available) else next_step,
        )
        self.role, self.available = role, tuple(available)


class UnusableColumn(LitError):
    """A column is there, and what it holds is no text, or no label."""

    def __init__(self, role: str, column: str, holds: str) -> None:
        needed = "one text" if role == "text" else "one label"
        super().__init__(
            f"column {column!r} holds {holds}, and not {needed} in each row.",
            f"Write {needed} a row into the file, or name another `--{role}-column`.",
        )
        self.role, self.column, self.holds = role, column, holds


class TooFewClasses(LitError):
    """Fewer than two classes: there is nothing to code."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"the labels have {found} class{'' if found == 1 else 'es'}; a label that never varies costs no bits.",
            "Choose another column with `--label-column`, or a split that holds all classes with `--split`.",
        )
        self.found = found


class TooFewExamples(LitError):
    """Fewer labelled examples than a curve can be drawn from."""

    def __init__(self, found: int, needed: int = 20) -> None:
        super().__init__(
            f"{found} labelled examples are too few; at least {needed} are needed.",
            "Use a larger split with `--split`, or raise `--max-examples`.",
        )
        self.found, self.needed = found, needed


class NoUsableInputs(LitError):
    """Every input of the column is empty."""

    def __init__(self, column: str) -> None:
        super().__init__(
            f"column {column!r} holds no usable input: every entry is empty.", "Name another `--text-column`."
        )
        self.column = column


class NotFiniteFeatures(LitError):
    """The encoder gave NaN or infinity."""

    def __init__(self, rows: int, arm: str) -> None:
        super().__init__(
            f"the {arm} gave NaN or infinite features for {rows} input{'' if rows == 1 else 's'}.",
            "Mend those rows, or leave them out."
            if arm.endswith("features")
            else "Try `--dtype float32`, or check the checkpoint's weights.",
        )
        self.rows, self.arm = rows, arm


class UnknownKey(LitError):
    """A settings file holds a key that does not exist."""

    def __init__(self, key: str, known: Sequence[str], where: str) -> None:
        super().__init__(
            f"unknown key {key!r} in {where}.",
            f"{_did_you_mean(nearest(key, known, 1))}Known keys: {', '.join(known)}.",
        )
        self.key, self.known, self.where = key, tuple(known), where


class BadSetting(LitError):
    """A setting has a value that it cannot have."""

    exit_code = 2

    def __init__(self, name: str, value: Any, expected: str, known: Sequence[str] = ()) -> None:
        close = _did_you_mean(nearest(value, known, 1) if isinstance(value, str) else ())
        super().__init__(f"{name} is {_brief(value)}, but must be {expected}.", f"{close}See `lit-hf eval --help`.")
        self.name, self.value, self.expected, self.known = name, value, expected, tuple(known)

    @classmethod
    def one_of(cls, name: str, value: Any, known: Sequence[str]) -> BadSetting:
        """Return the error of a value that is none of the `known` ones; its next step names the nearest of them."""
        return cls(name, value, f"one of {', '.join(known)}", known)


class MissingExtra(LitError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str | None) -> None:
        wanted = package if extra is None else f'"lit-hf[{extra}]"'
        super().__init__(f"this needs the package {package!r}, which is not installed.", f"Run `pip install {wanted}`.")
        self.package, self.extra = package, extra


class FileUnreadable(LitError):
    """A file that should be read is missing or broken."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}.", "Check the path and the file's contents.")
        self.path, self.reason = str(path), reason


class NoFeatureFile(LitError):
    """`features:FILE` names a file that is not there."""

    def __init__(self, path: object, suggestions: Sequence[str]) -> None:
        super().__init__(
            f"no file {path}.",
            f"{_did_you_mean(suggestions)}Give a .npz or .parquet file with arrays `features` and `labels`.",
        )
        self.path, self.suggestions = str(path), tuple(suggestions)


class MissingArray(LitError):
    """A file of features lacks an array that is needed."""

    def __init__(self, path: object, name: str, available: Sequence[str]) -> None:
        super().__init__(
            f"{path} has no `{name}`; it has {_listed(map(_short, available)) or 'no arrays'}.",
            "It needs `features` [N, d] and `labels` [N]: `numpy.savez(FILE, features=X, labels=y)`.",
        )
        self.path, self.name, self.available = str(path), name, tuple(available)


class NotWritable(LitError):
    """A folder that results shall be written to takes no files."""

    def __init__(self, folder: object, reason: str) -> None:
        super().__init__(
            f"cannot write into {folder}: {reason}.", "Give another folder with `--output`; nothing has been run yet."
        )
        self.folder, self.reason = str(folder), reason


class NotARecord(LitError):
    """A file or folder is not a record of lit-hf."""

    def __init__(self, path: object, reason: str = "it holds no record.json of schema lit-hf/record/1") -> None:
        super().__init__(
            f"{path} is not a record: {reason}.", "Give a folder that `lit-hf eval ... --output DIR` wrote."
        )
        self.path, self.reason = str(path), reason


class BadBitstream(LitError):
    """A file of labels is damaged, foreign, or was written with other arithmetic; no label of it may be trusted.

    `increment`: the first one, from 1, at which it shows; 0 is the header. `span`: its positions [start, stop).
    """

    def __init__(self, reason: str, increment: int, span: tuple[int, int] = (0, 0)) -> None:
        where = f"at increment {increment} (labels {span[0] + 1:,} to {span[1]:,})" if increment else "at its header"
        super().__init__(
            f"the file of labels fails {where}: {reason}.",
            "Delete it and write it again: on this machine, from the same features.",
        )
        self.reason, self.increment, self.span = reason, increment, span


class RecordChanged(LitError):
    """A record does not fit its own parts, or what it says it was made from."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"the record in {path} was changed: {reason}.", "Run its settings.yaml again.")
        self.path, self.reason = str(path), reason


class MadeOfOther(LitError):
    """Data or checkpoint are not those that a result was made of; `differences` says which, in words."""

    def __init__(self, record: str, differences: Sequence[str]) -> None:
        super().__init__(
            f"this is not what result {record} was made of: {'; '.join(differences)}.",
            "Bring back what it was made of, or add `--allow-changed` to go on with what is here now.",
        )
        self.record, self.differences = record, tuple(differences)


class LacksPart(LitError):
    """A record has not the part that a plot or a page needs; `how` says how to get it."""

    def __init__(self, record: str, part: str, how: str) -> None:
        super().__init__(f"record {record} has no {part}.", how)
        self.record, self.part, self.how = record, part, how


class IncomparableRecords(LitError):
    """Two records must not be compared: other bank, other dataset, other unit."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"these records cannot be compared: {reason}.", "Evaluate both with the same version and settings."
        )
        self.reason = reason


class BudgetTooSmall(LitError):
    """A race cannot end before its first verdict."""

    exit_code = 2

    def __init__(self, budget: float, least: float) -> None:
        why = "there are too few checkpoints or inputs for a race" if least >= 1 else "the first verdict takes more"
        super().__init__(
            f"a budget of {budget:g} of embedding everything is too small: {why}.",
            f"Give `--budget {ceil(least * 1000) / 1000:g}` or more.",
        )
        self.budget, self.least = budget, least


class NoProof(LitError):
    """`--certain` is defined for one bounded loss a group."""

    exit_code = 2

    def __init__(self, why: str) -> None:
        super().__init__(
            f"--certain proves races of one class label for each input alone: {why}.",
            "State a risk instead: `--risk 0.05`.",
        )
        self.why = why


def _first(available: Sequence[str]) -> str:
    return available[0] if available else "NAME"


_GO_ON = "Run the same command again, with any number of processes: finished shards of features are kept."


class ProcessLost(LitError):
    """A process of the run has gone without a word: killed, out of memory, or its machine cannot be reached.

    Process 0 is the main one; `seconds`: how long nothing was heard of it, None where it is known to be gone.
    """

    def __init__(self, rank: int, world: int, seconds: float | None = None, how: str = "") -> None:
        silent = f"has not been heard of for {seconds:g} seconds" if seconds else f"has gone{how and f' ({how})'}"
        name = "the main process, or the launcher," if rank == 0 and not how else f"process {rank} of {world}"
        super().__init__(f"{name} {silent}.", _GO_ON)
        self.rank, self.world = rank, world


class ProcessesMissing(LitError):
    """Processes that the launcher counts have not come to the meeting; `seconds`: None where the main one left it."""

    def __init__(self, ranks: Sequence[int], world: int, seconds: float | None, address: str) -> None:
        what = f"not come within {seconds:g} seconds" if seconds else "left before all had met"
        super().__init__(
            f"process {_listed(ranks)} of {world} has {what} (meeting at {address}).",
            f"Start all {world} processes with the same MASTER_ADDR and MASTER_PORT; LIT_HF_PROCESS_TIMEOUT=SECONDS "
            "is how long to wait.",
        )
        self.ranks, self.world, self.seconds = tuple(ranks), world, seconds


class LauncherIncomplete(UsageError):
    """The variables by which a launcher speaks to its processes are not complete."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the launcher's variables are not complete: {reason}.",
            "For one process run `unset WORLD_SIZE RANK LOCAL_RANK OMPI_COMM_WORLD_SIZE`; for several use "
            "`--num-processes N` or torchrun.",
        )
        self.reason = reason


class ProcessFailed(LitError):
    """Another process of the run has failed; message, next step and exit code are those of its error."""

    def __init__(self, rank: int, world: int, message: str, next_step: str | None, code: int) -> None:
        super().__init__(f"process {rank} of {world}: {message}" if rank else message, next_step or _GO_ON)
        self.rank, self.world, self.exit_code = rank, world, code


class Stopped(LitError):
    """This process was told to end (SIGTERM), as launchers do when another process of the run has ended."""

    exit_code = 143

    def __init__(self) -> None:
        super().__init__("stopped by SIGTERM: a launcher does this when another process of the run has ended.", _GO_ON)


class NotShared(LitError):
    """The processes of a run do not see the same cache."""

    def __init__(self, folder: object, blind: Sequence[int], hosts: Sequence[str]) -> None:
        super().__init__(
            f"process {_listed(blind)} on {_listed(hosts)} cannot see what the main process wrote in {folder}.",
            "Give all machines one folder with `--cache-dir` or LIT_HF_CACHE (for example on NFS), or use one machine.",
        )
        self.folder, self.blind = str(folder), tuple(blind)


class ProcessesDisagree(LitError):
    """The processes of a run read different things, so that their work cannot be put together."""

    def __init__(self, what: str, hosts: Sequence[str]) -> None:
        super().__init__(
            f"the processes read different things: the {what} on {_listed(hosts)} is not that of the main process.",
            "Use the same versions of the libraries, the same type of machine, and names pinned with `@revision`.",
        )
        self.what = what


class NoBfloat16(LitError):
    """A process lacks the bfloat16 arithmetic that its run has settled on."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f"{device} of this process does not multiply bfloat16, and the run that it works for has settled on it.",
            "Use machines that all do (a CPU with AVX512-BF16 or AMX, CUDA 8.0 or more), or add `--dtype float32`.",
        )
        self.device = device


class OneProcessOnly(UsageError):
    """Something that several processes cannot do together."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} runs in one process, and the launcher started several.", instead)
        self.what = what


class NoCommonLabels(LitError):
    """Two datasets whose labels have no name in common."""

    def __init__(self, a: str, labels_a: Sequence[str], b: str, labels_b: Sequence[str]) -> None:
        super().__init__(
            f"no label of {a} ({_listed(labels_a)}) is one of {b} ({_listed(labels_b)}).",
            "Say which mean the same in a CSV file of `label,name`: `--label-map FILE`; or add `--different-labels`.",
        )
        self.a, self.b = a, b


class UnknownLabel(LitError):
    """A file names a label that no dataset has."""

    def __init__(self, label: str, known: Sequence[str]) -> None:
        close = nearest(label, known)
        super().__init__(
            f"no dataset has a label {label!r}.",
            f"Did you mean {', '.join(close)}?" if close else f"Labels are {_listed(known)}.",
        )
        self.label, self.known = label, tuple(known)


class LitWarning(UserWarning):
    """Something that a user should know and that stops nothing; the command line prints it as one line."""


def warn(text: str) -> None:
    """Say `text` once: on stderr, or to whoever filters Python's warnings."""
    warnings.warn(text, LitWarning, stacklevel=3)


def reason(error: Exception) -> str:
    """Return why a checkpoint is out, in one line."""
    if isinstance(error, LitError):
        return error.message
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "can't allocate memory" in text:
        return "out of memory; a lower --batch-tokens may help"
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
