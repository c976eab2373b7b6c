"""Columns, labels and features that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

from lit_hf.errors.base import LitError, did_you_mean, listed, nearest, short

_NO_HEADER = (
    "The first line of the file seems to be an example. Put a line of names in front of it, such as `text,label`: "
    "`sed -i '1i text,label' FILE`."
)


def _looks_like_an_example(names: Sequence[str]) -> bool:
    """Tell whether the names of columns are the first example of a file without a line of names."""
    return any(len(name.split()) > 4 or name.lstrip("-").replace(".", "", 1).isdigit() for name in names)


class MissingColumn(LitError):
    """A column that was named, or that the task needs, is not in the dataset."""

    def __init__(self, column: str, available: Sequence[str], how: str | None = None) -> None:
        close = nearest(column, available, 1)
        super().__init__(
            f"there is no column {column!r}; the dataset has {listed(map(short, available)) or 'no columns'}.",
            _NO_HEADER
            if _looks_like_an_example(available)
            else f"{did_you_mean(close)}{how or 'Name the columns with `--text-column` and `--label-column`.'}",
        )
        self.column, self.available = column, tuple(available)


class AmbiguousColumns(LitError):
    """The columns of the task could not be told from the dataset's features and names."""

    def __init__(self, role: str, available: Sequence[str]) -> None:
        next_step = f"Say it with `--{role.replace(' ', '-')}-column NAME`; a csv needs a first line of names."
        super().__init__(
            f"cannot tell which column is the {role}; the dataset has {listed(map(short, available))}.",
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


class NoRows(LitError):
    """A split has no row at all; `others`: those that have rows."""

    def __init__(self, dataset: str, split: str, others: Sequence[str]) -> None:
        instead = f"Use `--split {others[0]}`, which has rows." if others else "Write a row for each labelled example."
        super().__init__(f"the split {split!r} of {dataset} has no rows, only names of columns.", instead)
        self.dataset, self.split, self.others = dataset, split, tuple(others)


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


class NoCommonLabels(LitError):
    """Two datasets whose labels have no name in common."""

    def __init__(self, a: str, labels_a: Sequence[str], b: str, labels_b: Sequence[str]) -> None:
        super().__init__(
            f"no label of {a} ({listed(labels_a)}) is one of {b} ({listed(labels_b)}).",
            "Say which mean the same in a CSV file of `label,name`: `--label-map FILE`; or add `--different-labels`.",
        )
        self.a, self.b = a, b


class UnknownLabel(LitError):
    """A file names a label that no dataset has."""

    def __init__(self, label: str, known: Sequence[str]) -> None:
        close = nearest(label, known)
        super().__init__(
            f"no dataset has a label {label!r}.",
            f"Did you mean {', '.join(close)}?" if close else f"Labels are {listed(known)}.",
        )
        self.label, self.known = label, tuple(known)
