"""The versioned result of one evaluation: the single source of every table, plot and card, with its arrays beside it.

A record on disk is a folder: `record.json`, `settings.yaml` (reruns it), `arrays.npz` (bits paid per example).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lit_hf.errors import NotARecord

if TYPE_CHECKING:
    import numpy as np

SCHEMA = "lit-hf/record/1"
NO_TRANSFER = 0.005
"""Bits per label below which a transfer, whatever its sign, is called none."""


@dataclass(frozen=True, eq=False)
class Record:
    """One result.

    `data` is the JSON object (docs/record.md, schemas/record-1.json). `arrays`, all in stream order, may be empty:
    `labels` int [N]; `order` int [R, N], the example at each position; `bits_encoder` and `bits_baseline` float64
    [R, N] and `bits_raw` float64 [1, N], the bits paid for each example, where these arms exist; `edges` int, the
    increments' boundaries.
    """

    data: dict[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    def __repr__(self) -> str:
        transfer, unit = self.data["transfer"], self.data["dataset"]["unit"]
        names = f"{self.data['model']['id']!r} on {self.data['dataset']['id']!r}"
        if transfer["bits"] is None:
            return f"Record({names}: codelength {self.data['codelength']['bits']:.1f} bits)"
        low, high = transfer["interval"]
        bits = f"{transfer['bits']:.1f} bits [{low:.1f}, {high:.1f}], {transfer['bits_per_label']:.3f} per {unit}"
        return f"Record({names}: L_IT (frozen) {bits})"

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON object; raise ValueError on NaN or infinity, which JSON does not have."""
        return json.dumps(plain(self.data), indent=indent, ensure_ascii=False, allow_nan=False)

    def validate(self) -> None:
        """Raise `NotARecord` unless the data fit the schema that the package ships."""
        validate(self.data)

    def rerun_settings(self) -> dict[str, Any]:
        """Return the settings that give the same bits again: defaults spelled out, both revisions pinned."""
        settings = dict(self.data["settings"]["resolved"])
        for name in ("model", "dataset"):
            settings[name] = _pinned(str(settings[name]), self.data[name].get("revision"))
        return settings

    def save(self, folder: str | Path) -> Path:
        """Write `record.json`, `settings.yaml` and, when there are arrays, `arrays.npz`; return the folder."""
        import numpy as np

        from lit_hf.config import write_yaml

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        (target / "record.json").write_text(self.to_json() + "\n", encoding="utf-8")
        write_yaml(self.rerun_settings(), target / "settings.yaml")
        if self.arrays:
            np.savez_compressed(target / "arrays.npz", allow_pickle=False, **self.arrays)
        return target

    @classmethod
    def load(cls, path: str | Path) -> Record:
        """Read a record's folder or its JSON file, and the arrays beside it.

        Args:
            path: the folder that `lit-hf eval --output` or `save` wrote, or a `record.json`.

        Returns:
            The record; without `arrays.npz` beside it, its `arrays` are empty.

        Raises:
            NotARecord: there is no such file, or it leaves the schema.

        Example:
            >>> import lit_hf
            >>> lit_hf.Record.load("no/such/folder")  # doctest: +ELLIPSIS
            Traceback (most recent call last):
                ...
            lit_hf.errors.NotARecord: ...
        """
        import numpy as np

        file = Path(path) / "record.json" if Path(path).is_dir() else Path(path)
        record = cls(_read_json(file))
        record.validate()
        beside = file.with_name("arrays.npz")
        if not beside.is_file():
            return record
        with np.load(beside, allow_pickle=False) as stored:
            return cls(record.data, {name: stored[name] for name in stored.files})


def validate(data: Mapping[str, Any]) -> None:
    """Raise `NotARecord` naming the first place where `data` leaves the schema.

    With jsonschema installed the whole schema is checked; without it, its name and the required top-level keys.
    """
    if data.get("schema") != SCHEMA:
        found = str(data.get("schema"))
        other = "; another version of lit-hf wrote it" if found.startswith("lit-hf/record/") else ""
        raise NotARecord("this object", f"its schema is {found!r}, not {SCHEMA!r}{other}")
    missing = [key for key in schema()["required"] if key not in data]
    if missing:
        raise NotARecord("this object", f"it lacks {', '.join(missing)}")
    try:
        import jsonschema
    except ImportError:
        return
    errors = sorted(
        jsonschema.Draft202012Validator(schema()).iter_errors(plain(data)), key=lambda error: list(error.path)
    )
    if errors:
        where = ".".join(str(part) for part in errors[0].path) or "the root"
        raise NotARecord("this object", f"at {where}: {errors[0].message}")


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    text = resources.files("lit_hf").joinpath("records/schemas/record-1.json").read_text(encoding="utf-8")
    return json.loads(text)


def verdict(interval: Sequence[float], labels: int) -> str:
    """Return the words for a transfer whose interval, in bits over so many labels, is [low, high].

    "No transfer" claims more than "not told from 0": the whole interval must lie within ±0.005 bits per label.
    """
    low, high = interval
    if max(-low, high) <= NO_TRANSFER * labels:
        return f"no transfer: within ±{NO_TRANSFER} bits per label"
    if low <= 0 <= high:
        half = (high - low) / 2
        return f"cannot be told from 0 (± {half:,.{0 if half >= 10 else 1}f} bits)"
    return "positive transfer" if low > 0 else "negative transfer: the random twin makes these labels shorter"


def record_id(model: Mapping[str, Any], dataset: Mapping[str, Any], fingerprint: str) -> str:
    """Return 16 hex digits that name a job: checkpoint at a revision, data, and `Settings.fingerprint()`."""
    named = [model["id"], model.get("revision"), dataset["id"], dataset.get("config"), dataset.get("split")]
    text = json.dumps([*named, dataset.get("fingerprint"), fingerprint])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def plain(value: Any) -> Any:
    """Return `value` with numpy scalars, arrays and tuples as JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return plain(value.tolist()) if hasattr(value, "tolist") else value


def _read_json(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotARecord(file, "it does not exist" if not file.exists() else "it is not JSON") from error
    if not isinstance(data, dict):
        raise NotARecord(file, "it holds no JSON object")
    return data


def _pinned(name: str, revision: str | None) -> str:
    """Return `name@revision` for a Hub id; paths and names that are pinned already stay as they are."""
    return name if revision is None or "@" in name or Path(name).exists() else f"{name}@{revision}"
