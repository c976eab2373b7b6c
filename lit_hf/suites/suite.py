"""Suites: named lists of datasets, and of checkpoints, with settings; a file that `eval` and `rank` read alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.config import Settings, from_mapping, known_keys, read_yaml
from lit_hf.errors import BadSetting, LitError, UnknownKey, UsageError, nearest

SHIPPED = "suite:"
FOLDER = Path(__file__).with_name("shipped")
OF_MODEL = (
    "layer", "pooling", "prompt", "max_tokens", "dtype", "batch_tokens", "allow_pickle", "trust_remote_code"
)  # fmt: skip
OF_DATASET = (
    "task", "text_column", "text_pair_column", "label_column", "split", "max_examples", "bin_width", "encoding",
    "separator", "missing_label", "held_out",
)  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """Checkpoints and datasets, each with settings of its own, and settings for all."""

    models: tuple[dict[str, Any], ...] = ()
    datasets: tuple[dict[str, Any], ...] = ()
    settings: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, path: str | Path) -> Suite:
        """Read a file with `models`, `datasets` (lists of names, or of mappings with settings) and settings.

        `suite:NAME` is one that the package ships.
        """
        values = read_yaml(_shipped(path) if str(path).startswith(SHIPPED) else path)
        known = ["models", "datasets", *(key for key in known_keys() if key not in ("model", "dataset"))]
        for key in values:
            if key not in known:
                raise UnknownKey(str(key), known, str(path))
        models = _listed(values.pop("models", []), "model", OF_MODEL, path)
        datasets = _listed(values.pop("datasets", []), "dataset", OF_DATASET, path)
        return cls(tuple(models), tuple(datasets), values)

    def of_model(self, model: str, given: Mapping[str, Any]) -> list[Settings]:
        """Return the settings of one checkpoint on each dataset; the file's own checkpoints do not count."""
        if not self.datasets:
            raise UsageError("the suite has no datasets.", "Add a list `datasets:` to it.")
        general = {**(self.settings or {}), **given}
        return [from_mapping({**general, **dataset, "model": model}, "the suite") for dataset in self.datasets]

    def plans(self, given: Mapping[str, Any]) -> list[list[Settings]]:
        """Return the settings of each checkpoint on each dataset; what was `given` wins over the file's."""
        if not self.datasets or not self.models:
            raise UsageError(
                f"rank needs {'a dataset' if not self.datasets else 'checkpoints to rank'}.",
                "Try `lit-hf rank glue/sst2 MODEL MODEL`, or `--models FILE.yaml`, or `--from-hub --search minilm`.",
            )
        general = {**(self.settings or {}), **given}
        return [
            [from_mapping({**general, **dataset, **model}, "the selection") for model in _distinct(self.models)]
            for dataset in self.datasets
        ]


def _listed(values: Any, key: str, allowed: Sequence[str], path: str | Path) -> list[dict[str, Any]]:
    if not isinstance(values, list):
        raise BadSetting(f"{key}s", values, f"a list of names in {path}")
    found = []
    for value in values:
        entry = {key: value} if isinstance(value, str) else value
        if not isinstance(entry, dict) or key not in entry:
            raise BadSetting(f"{key}s", value, f"a name, or a mapping with `{key}`, in {path}")
        for name in entry:
            if name not in (key, *allowed):
                raise UnknownKey(str(name), [key, *allowed], f"{key}s of {path}")
        found.append(entry)
    return found


def _distinct(models: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop repetitions: one checkpoint, read one way, is one candidate."""
    return [model for index, model in enumerate(models) if model not in models[:index]]


def is_suite(dataset: str | None) -> bool:
    """Tell whether what stands in a dataset's place is a suite: a file, or the name of one that the package ships."""
    return dataset is not None and (dataset.startswith(SHIPPED) or dataset.endswith((".yaml", ".yml")))


def shipped() -> list[str]:
    """Return the names of the suites that the package ships."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def _shipped(name: str | Path) -> Path:
    file = FOLDER / f"{str(name).removeprefix(SHIPPED)}.yaml"
    if file.stem not in shipped():
        raise UnknownSuite(str(name), [f"{SHIPPED}{each}" for each in shipped()])
    return file


class UnknownSuite(LitError):
    """The package ships no suite of this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        like = nearest(name, known, 1)
        hint = f"Did you mean {like[0]}? " if like else ""
        super().__init__(
            f"there is no suite {name!r}; the package has {', '.join(known)}.",
            f"{hint}A suite of your own is a file: `lit-hf eval MODEL my_suite.yaml` (docs/suites.md).",
        )
        self.name = name
