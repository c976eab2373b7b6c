"""What one checkpoint paid for the labels of one dataset, without a twin: what a ranking is made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.config import write_yaml
from lit_hf.errors import NotARecord
from lit_hf.records.record import Record, plain

SCHEMA = "lit-hf/entry/1"
FILE = "entry.json"
REQUIRED = ("id", "model", "dataset", "codelength", "coder", "curve", "budgets", "stage", "settings", "timings")


@dataclass(frozen=True, eq=False)
class Entry(Record):
    """A record without baselines; its sections `model`, `dataset`, `codelength`, `coder` are those of a record.

    `budgets`: bits and held-out accuracy after so many labels. `stage`: {n, eliminated, ...}; of a checkpoint that the
    race dropped only the first n groups were coded, in order 0, and `codelength` is of these. `arrays` as in a record:
    `labels`, `groups` [n], `order`, `bits_encoder` [R, n], `edges`.
    """

    def __repr__(self) -> str:
        low, high = self["codelength"]["interval"]
        bits = f"{self['codelength']['bits']:.1f} bits [{low:.1f}, {high:.1f}]"
        return f"Entry({self['model']['id']!r} on {self['dataset']['id']!r}: codelength {bits})"

    @property
    def complete(self) -> bool:
        """Whether all labels were coded, in all orders."""
        return not self["stage"]["eliminated"]

    def validate(self) -> None:
        """Raise `NotARecord` when a section is missing."""
        missing = [name for name in REQUIRED if name not in self.data]
        if self.data.get("schema") != SCHEMA or missing:
            raise NotARecord("this object", f"it is no entry of schema {SCHEMA}: {', '.join(missing) or 'its name'}")

    def save(self, folder: str | Path) -> Path:
        """Write `entry.json`, `settings.yaml` (of the same checkpoint in `lit-hf eval`) and `arrays.npz`."""
        import numpy as np

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(target / "arrays.npz", allow_pickle=False, **self.arrays)
        write_yaml(self.rerun_settings(), target / "settings.yaml")
        (target / FILE).write_text(self.to_json() + "\n", encoding="utf-8")
        return target

    @classmethod
    def load(cls, path: str | Path) -> Entry:
        """Read an entry's folder; raise `NotARecord`."""
        import numpy as np

        folder = Path(path) if Path(path).is_dir() else Path(path).parent
        try:
            data = json.loads((folder / FILE).read_text(encoding="utf-8"))
            with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
                found = cls(data, {name: stored[name] for name in stored.files})
        except (OSError, ValueError) as error:
            raise NotARecord(path, f"{FILE} or its arrays cannot be read") from error
        found.validate()
        return found


def entry_id(
    model: Mapping[str, Any],
    features: Mapping[str, Any],
    dataset: Mapping[str, Any],
    settings: Sequence[Any],
    bank: str,
) -> str:
    """Return 16 hex digits over what decides the bits.

    Checkpoint and revision, the address of its `features`, the data, the `settings` of the coding, and the bank.
    """
    named = [model["id"], model["revision"], dict(features)]
    data = [dataset[name] for name in ("id", "config", "split", "fingerprint", "kind", "examples", "class_names")]
    text = json.dumps(plain([SCHEMA, named, data, list(settings), bank]), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
