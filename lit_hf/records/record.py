"""The versioned result: the single source of every table, plot and card, with its arrays beside it.

An evaluation has all sections; what a ranking coded of a checkpoint has no baseline, and so no transfer. A record on
disk is a folder: `record.json`, `settings.yaml` (reruns it), `arrays.npz` (bits paid per example).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, overload
from zipfile import BadZipFile

from lit_hf.config import outside
from lit_hf.errors import LacksPart, NotARecord, RecordChanged
from lit_hf.records import sections
from lit_hf.records.sections import Sections

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

SCHEMA = "lit-hf/record/1"
FILE = "record.json"
OLD_FILE, OLD_SCHEMA = "entry.json", "lit-hf/entry/1"
"""Where 0.1.0 kept what a ranking coded: the same sections under another name."""
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

    data: Sections
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)

    @overload
    def __getitem__(self, key: Literal["schema", "id", "created", "holdout_reason"]) -> str: ...
    @overload
    def __getitem__(self, key: Literal["model"]) -> sections.Model: ...
    @overload
    def __getitem__(self, key: Literal["dataset"]) -> sections.Dataset: ...
    @overload
    def __getitem__(self, key: Literal["codelength"]) -> sections.Codelength: ...
    @overload
    def __getitem__(self, key: Literal["curve"]) -> sections.Curve: ...
    @overload
    def __getitem__(self, key: Literal["coder"]) -> sections.Coder: ...
    @overload
    def __getitem__(self, key: Literal["contamination"]) -> sections.Contamination: ...
    @overload
    def __getitem__(self, key: Literal["stage"]) -> sections.Stage: ...
    @overload
    def __getitem__(self, key: Literal["settings"]) -> sections.Asked: ...
    @overload
    def __getitem__(self, key: Literal["timings"]) -> dict[str, float]: ...
    @overload
    def __getitem__(self, key: Literal["transfer"]) -> sections.Transfer: ...
    @overload
    def __getitem__(self, key: Literal["transfer_from_base"]) -> sections.TransferFromBase: ...
    @overload
    def __getitem__(self, key: Literal["baselines"]) -> sections.Baselines: ...
    @overload
    def __getitem__(self, key: Literal["measures"]) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: Literal["holdout"]) -> sections.Holdout | None: ...
    @overload
    def __getitem__(self, key: Literal["environment"]) -> sections.Environment: ...
    @overload
    def __getitem__(self, key: Literal["layers"]) -> sections.Layers: ...
    @overload
    def __getitem__(self, key: Literal["notes"]) -> list[str]: ...
    @overload
    def __getitem__(self, key: Literal["budgets"]) -> list[sections.Budget]: ...
    @overload
    def __getitem__(self, key: Literal["speed"]) -> float | None: ...
    @overload
    def __getitem__(self, key: str) -> Any: ...
    def __getitem__(self, key: str) -> Any:
        return self.data[key]  # type: ignore[literal-required]

    def __repr__(self) -> str:
        names, found = f"{self['model']['id']!r} on {self['dataset']['id']!r}", self.transfer
        code = self["codelength"]
        low, high = code["interval"] if found is None else found.interval
        if found is None:
            return f"Record({names}: codelength {code['bits']:.1f} bits [{low:.1f}, {high:.1f}])"
        each = f"{found.bits_per_label:.3f} per {self['dataset']['unit']}"
        return f"Record({names}: L_IT (frozen) {found.bits:.1f} bits [{low:.1f}, {high:.1f}], {each})"

    @property
    def bits(self) -> float | None:
        """L_IT (frozen) in bits; None where nothing was coded to compare with, and `reason` says why."""
        return None if self.transfer is None else self.transfer.bits

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of the interval of `bits`, at the level that the record states; None where `bits` is."""
        return None if self.transfer is None else self.transfer.interval

    @property
    def codelength(self) -> float:
        """Bits that the labels cost with the encoder: the mean over orders."""
        return self["codelength"]["bits"]

    @property
    def reason(self) -> str | None:
        """Why there is no L_IT; None where there is one."""
        if self.transfer is not None:
            return None
        found = self.data.get("transfer")
        return (found.get("bits_reason") if found else None) or "nothing was coded to compare with"

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each example of the stream: its label (a class by its number), and bits by order.

        Columns: `label`; `bits_encoder_0`, … and `bits_baseline_0`, … where these arms exist. Raises `LacksPart` for a
        record without arrays.
        """
        import pandas as pd

        labels = self.arrays.get("labels")
        if labels is None:
            raise LacksPart(self["id"], "the bits of each example (arrays.npz)", "Keep that file beside record.json.")
        columns: dict[str, Any] = {"label": list(labels)}
        for arm in ("bits_encoder", "bits_baseline", "bits_raw"):
            for number, row in enumerate(self.arrays.get(arm, ())):
                columns[f"{arm}_{number}"] = row
        return pd.DataFrame(columns)

    def plot(self, kind: str = "curve") -> Figure:
        """Return a matplotlib figure of the record, which a notebook shows: `lit_hf.plots` has them all.

        kind: curve, ladder, switching or layers. Raises `BadSetting` for another, `LacksPart` where it is not recorded.
        """
        from lit_hf.records.views import figure_of

        return figure_of(self, kind)

    def _repr_html_(self) -> str:
        """Return the number, what it means and the ladder, for a notebook."""
        from lit_hf.records.views import html_of

        return html_of(self)

    @property
    def complete(self) -> bool:
        """Whether all labels were coded, in all orders: no race ended before the last one."""
        stage = self["stage"]
        return not stage["eliminated"] and stage["n"] == stage.get("of", stage["n"])

    @property
    def transfer(self) -> Measured | None:
        """The L_IT that was measured, if any."""
        return measured_transfer(self.data)

    def to_json(self, indent: int | None = 2) -> str:
        """Return the JSON object; raise ValueError on NaN or infinity, which JSON does not have."""
        return json.dumps(plain(self.data), indent=indent, ensure_ascii=False, allow_nan=False)

    def validate(self) -> None:
        """Raise `NotARecord` unless the data fit the schema that the package ships."""
        validate(self.data)

    def rerun_settings(self) -> dict[str, Any]:
        """Return the settings that give the same bits again: defaults spelled out, both revisions pinned."""
        settings = dict(self["settings"]["resolved"])
        revisions = {"model": self["model"]["revision"], "dataset": self["dataset"]["revision"]}
        return settings | {name: _pinned(str(settings[name]), revision) for name, revision in revisions.items()}

    def save(self, folder: str | Path) -> Path:
        """Write `record.json`, `settings.yaml` and, when there are arrays, `arrays.npz`; return the folder."""
        import numpy as np

        from lit_hf.records.made_of import write_settings

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        (target / FILE).write_text(self.to_json() + "\n", encoding="utf-8")
        write_settings(self.data, self.rerun_settings(), target / "settings.yaml")
        if self.arrays:
            np.savez_compressed(target / "arrays.npz", allow_pickle=False, **self.arrays)
        return target

    @classmethod
    def load(cls, path: str | Path, *, arrays: bool = True) -> Record:
        """Read a record's folder or its JSON file, and the arrays beside it.

        Args:
            path: the folder that `lit-hf eval --output` or `save` wrote, or a `record.json`.
            arrays: False leaves the arrays unread.

        Returns:
            The record; without `arrays.npz` beside it, its `arrays` are empty.

        Raises:
            NotARecord: there is no such file, or it leaves the schema.
            RecordChanged: its headline numbers do not follow from its arrays (lit_hf/records/recompute.py).

        Example:
            >>> import lit_hf
            >>> lit_hf.Record.load("no/such/folder")  # doctest: +ELLIPSIS
            Traceback (most recent call last):
                ...
            lit_hf.errors.NotARecord: ...
        """
        file = _file_of(Path(path))
        record = cls(current(_read_json(file)))
        try:
            record.validate()
        except NotARecord as error:
            raise NotARecord(path, error.reason) from None
        beside = file.with_name("arrays.npz")
        if not arrays:
            return record
        return cls(record.data, _read_arrays(beside) if beside.is_file() else {}).checked(path)

    def checked(self, path: object) -> Record:
        """Return the record; raise `RecordChanged` unless its numbers follow from its arrays, as far as it has them."""
        from lit_hf.records.recompute import contradictions

        found = contradictions(self.data, self.arrays)
        if found:
            raise RecordChanged(path, found[0])
        return self


@dataclass(frozen=True)
class Measured:
    """An L_IT that was measured, in bits, with the ends of its interval."""

    bits: float
    interval: tuple[float, float]
    level: float
    bits_per_label: float


def measured_transfer(data: Sections) -> Measured | None:
    """Return the transfer of a record; None where nothing was coded to compare it with."""
    found = data.get("transfer")
    if found is None or found["bits"] is None or found["interval"] is None or found["bits_per_label"] is None:
        return None
    low, high = found["interval"]
    return Measured(found["bits"], (low, high), found["level"], found["bits_per_label"])


def require_transfer(data: Sections) -> Measured:
    """Return the transfer of a record; raise `LacksPart` where there is none."""
    found = measured_transfer(data)
    if found is None:
        raise LacksPart(data["id"], "transfer: nothing was coded to compare it with", _HOW_TO_TRANSFER)
    return found


_HOW_TO_TRANSFER = (
    "Measure one: `lit-hf eval MODEL DATASET`, or `lit-hf rank --transfer`; a file of features needs a baseline in it."
)


def validate(data: Mapping[str, Any]) -> None:
    """Raise `NotARecord` naming the first place where `data` leaves the schema."""
    if data.get("schema") != SCHEMA:
        found = str(data.get("schema"))
        other = "; another version of lit-hf wrote it" if found.startswith("lit-hf/record/") else ""
        raise NotARecord("this object", f"its schema is {found!r}, not {SCHEMA!r}{other}")
    missing = [key for key in schema()["required"] if key not in data]
    if missing:
        raise NotARecord("this object", f"it lacks {', '.join(missing)}")
    errors = sorted(_validator().iter_errors(plain(data)), key=lambda error: list(map(str, error.path)))
    if errors:
        where = ".".join(str(part) for part in errors[0].path) or "the root"
        raise NotARecord("this object", f"at {where}: {errors[0].message[:200]}")


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(schema())


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    text = resources.files("lit_hf").joinpath("records/schemas/record-1.json").read_text(encoding="utf-8")
    return json.loads(text)


def verdict(interval: Sequence[float], labels: int, baseline: str = "random twin") -> str:
    """Return the words for a transfer whose 95 % interval, in bits over so many labels, is [low, high].

    baseline: what it is compared with. "No transfer" claims more than "no difference found": the whole interval must
    lie within ±0.005 bits per label.
    """
    low, high = interval
    if max(-low, high) <= NO_TRANSFER * labels:
        return f"no transfer: within ±{NO_TRANSFER} bits per label"
    if low <= 0 <= high:
        most = max(-low, high)
        return f"no difference found; it could be up to {most:,.{0 if most >= 10 else 1}f} bits either way"
    helps = {"random twin": "the pretrained encoder helps", "base": "the adapter helps"}
    if low > 0:
        return f"{helps.get(baseline, 'the features help')} (95 %)"
    return f"negative transfer: these labels cost fewer bits with the {baseline}"


def record_id(model: Mapping[str, Any], dataset: Mapping[str, Any], fingerprint: str) -> str:
    """Return 16 hex digits that name a job: checkpoint at a revision, data, and `Settings.fingerprint()`.

    A checkpoint without a revision is known by its `content` instead: a folder that is trained on gives a record for
    each state. Records of 0.1.0 state none and are named without it.
    """
    named = [model["id"], model.get("revision"), dataset["id"], dataset.get("config"), dataset.get("split")]
    content = [model["content"]] if model.get("content") is not None else []
    text = json.dumps([*named, dataset.get("fingerprint"), fingerprint, *content])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def candidate_id(
    model: Mapping[str, Any],
    features: Mapping[str, Any],
    dataset: Mapping[str, Any],
    settings: Sequence[Any],
    bank: str,
) -> str:
    """Return 16 hex digits over what decides the bits of a checkpoint in a ranking.

    Checkpoint and revision, the address of its `features`, the data, the `settings` of the coding, and the bank.
    """
    named = [model["id"], model["revision"], dict(features)]
    data = [dataset[name] for name in ("id", "config", "split", "fingerprint", "kind", "examples", "class_names")]
    text = json.dumps(plain([OLD_SCHEMA, named, data, list(settings), bank]), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def plain(value: Any) -> Any:
    """Return `value` with numpy scalars, arrays and tuples as JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return plain(value.tolist()) if hasattr(value, "tolist") else value


def _file_of(path: Path) -> Path:
    """Return the JSON file of a record's folder, or `path` itself."""
    if not path.is_dir():
        return path
    return next((path / name for name in (FILE, OLD_FILE) if (path / name).is_file()), path / FILE)


def current(data: dict[str, Any]) -> Sections:
    """Return `data` under the name that its schema has today."""
    return cast(Sections, {**data, "schema": SCHEMA} if data.get("schema") == OLD_SCHEMA else data)


def _read_arrays(file: Path) -> dict[str, np.ndarray]:
    import numpy as np

    try:
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise NotARecord(file.parent, "its arrays.npz cannot be read") from error


def _read_json(file: Path) -> dict[str, Any]:
    try:
        data = outside.read_json(file)
    except OSError as error:
        raise NotARecord(file, _why(error)) from error
    except ValueError as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise NotARecord(file, reason) from error
    if not isinstance(data, dict):
        raise NotARecord(file, "it holds no JSON object")
    return data


def _why(error: OSError) -> str:
    return "it does not exist" if isinstance(error, FileNotFoundError) else str(error.strerror or "it cannot be read")


def _pinned(name: str, revision: str | None) -> str:
    """Return `name@revision` for a Hub id; paths and names that are pinned already stay as they are."""
    return name if revision is None or "@" in name or Path(name).exists() else f"{name}@{revision}"
