"""Settings of one evaluation: frozen, written to and read from YAML, unknown keys refused, fingerprinted.

Nothing here touches a network or a disk but `from_yaml` and `to_yaml`. A setting's meaning and default live here and
nowhere else: the command line, the record and the documentation read them from the fields below.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.errors import BadSetting, FileUnreadable, UnknownKey, UsageError

DTYPES = ("float32", "bfloat16", "float16", "auto")
POOLINGS = ("auto", "mean", "cls", "last", "max")
PRECOMPUTED = "features:"
"""Before the path of a file with features and labels, in place of a model's name."""
CODES = ("online", "block", "block-raw", "block-geometric", "block-bank", "block-bank-geometric")

# Where a thing is stored and whether a loader is allowed to run changes no bit of the result.
_NO_EFFECT = ("cache_dir", "allow_pickle", "trust_remote_code", "sensitivity")
# They came after results were stored: unset, they leave the names of these as they are.
_LATER = ("bin_width", "device_map", "streaming", "classes")


def _setting(default: Any, group: str, meaning: str) -> Any:
    """Declare a setting: its default, the heading it is listed under, and what it means in one line."""
    return dataclasses.field(default=default, metadata={"group": group, "help": meaning})


@dataclass(frozen=True)
class Settings:
    """Everything that decides the bits of one evaluation.

    Raises `BadSetting` when a value cannot be: each error names the setting, the value and what was expected.
    """

    model: str
    """A Hub id, optionally `@revision`, a local folder, or `features:FILE` (.npz or .parquet: features, labels)."""
    dataset: str
    """An alias (`glue/sst2`), a Hub id (`org/name`, `org/name:config`, also `@revision`), or a local file or folder.

    Beside `features:FILE` it is left out: the file holds the labels too."""

    task: str | None = _setting(None, "Data", "Kind of task, such as text-classification; inferred from the features.")
    text_column: str | None = _setting(None, "Data", "Column of the text, image or sound; inferred.")
    text_pair_column: str | None = _setting(None, "Data", "Column of the second text of a pair; inferred.")
    label_column: str | None = _setting(None, "Data", "Column of the label; inferred.")
    split: str | None = _setting(None, "Data", "Split to code: train, or the only one.")
    streaming: bool = _setting(False, "Data", "Read no more of it than is coded, as it arrives; one order: its own.")
    classes: str | None = _setting(None, "Data", "All classes of a stream that declares none: negative,positive.")
    max_examples: int = _setting(10_000, "Data", "Code at most so many labels, drawn by the seed.")

    bin_width: float | None = _setting(None, "Data", "Regression: width of a bin; the smallest gap between targets.")

    layer: str = _setting("last", "Encoder", "last, all (a profile), or the index of a hidden state (0: embeddings).")
    pooling: str = _setting("auto", "Encoder", "auto (the checkpoint's own files), mean, cls, last or max.")
    prompt: str = _setting("auto", "Encoder", "Text before each input: auto (the checkpoint's own files), or the text.")
    max_tokens: int | None = _setting(None, "Encoder", "Cut inputs here; the checkpoint's own limit.")
    dtype: str = _setting("float32", "Encoder", "float32, bfloat16, float16, or auto (as stored).")
    allow_pickle: bool = _setting(False, "Encoder", "Load pickled weights where there are no safetensors.")
    trust_remote_code: bool = _setting(False, "Encoder", "Run code from the repository; needs a pinned revision.")

    orders: int = _setting(3, "Measurement", "Code the labels in so many orders and average.")
    seed: int = _setting(0, "Measurement", "Decides the sample, the orders, the probes and the random twins.")
    twins: int = _setting(3, "Measurement", "Random initialisations of the twin: further ones on a quarter, or 2,048.")
    code: str = _setting("online", "Measurement", "online; or block, Voita and Titov's code, for reference.")
    sensitivity: bool = _setting(
        False, "Measurement", "Code again without each kind of probe: does one make the result?"
    )

    device: str = _setting("auto", "Machine", "auto, cpu, cuda, cuda:1 or mps.")
    device_map: str | None = _setting(None, "Machine", "auto: spread a model larger than one device over all of them.")
    batch_tokens: int | None = _setting(None, "Machine", "Tokens in one forward pass, padding included; by device.")
    threads: int | None = _setting(None, "Machine", "CPU threads of one batch: 1; batches run side by side.")
    cache_dir: str | None = _setting(None, "Machine", "Where features are kept: $LIT_HF_CACHE, or $HF_HOME/lit-hf.")

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            _check_type(field.name, getattr(self, field.name))
        for name in ("model", "dataset"):
            _require(bool(getattr(self, name).strip()), name, getattr(self, name), "a name or a path")
        for name in ("max_examples", "orders", "twins", "batch_tokens", "max_tokens", "threads"):
            value = getattr(self, name)
            _require(value is None or value >= 1, name, value, "a whole number of at least 1")
        wide = self.bin_width is None or 0 < self.bin_width < float("inf")
        _require(wide, "bin_width", self.bin_width, "a number above 0")
        _require(self.seed >= 0, "seed", self.seed, "a whole number of at least 0")
        for name, allowed in (("dtype", DTYPES), ("pooling", POOLINGS), ("code", CODES)):
            _require(getattr(self, name) in allowed, name, getattr(self, name), f"one of {', '.join(allowed)}")
        _require(not self.streaming or self.orders == 1, "orders", self.orders, "1 for a stream, which has one order")
        _require(self.streaming or not self.classes, "classes", self.classes, "left out without `--streaming`")
        _require(self.device_map in (None, "auto"), "device_map", self.device_map, "`auto`, or left out")
        whole = self.layer.removeprefix("-").isdigit()
        _require(self.layer in ("last", "all") or whole, "layer", self.layer, "`last`, `all` or a whole number")

    def resolved(self) -> dict[str, Any]:
        """Return all settings, with defaults."""
        return dataclasses.asdict(self)

    def given(self) -> dict[str, Any]:
        """Return the settings that differ from their defaults."""
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        return {name: value for name, value in self.resolved().items() if value != defaults[name]}

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with `changes`; an unknown name is refused as in a file."""
        return from_mapping({**self.resolved(), **changes}, "settings")

    def fingerprint(self) -> str:
        """Return 16 hex digits over the settings that change the bits."""
        resolved = self.resolved()
        silent = {*_NO_EFFECT, *(name for name in _LATER if resolved[name] in (None, False))}
        effective = {name: value for name, value in resolved.items() if name not in silent}
        text = json.dumps(effective, sort_keys=True, ensure_ascii=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @classmethod
    def from_yaml(cls, path: str | Path) -> Settings:
        """Read settings; raise `FileUnreadable`, `UnknownKey` (with the nearest known key) or `BadSetting`."""
        return from_mapping(read_yaml(path), str(path))

    def to_yaml(self, path: str | Path) -> None:
        """Write all settings, defaults too, so that the file means the same when a default changes."""
        write_yaml(self.resolved(), path)


def known_keys() -> list[str]:
    """Return the names of all settings in their order."""
    return [field.name for field in dataclasses.fields(Settings)]


def from_mapping(values: Mapping[str, Any], where: str) -> Settings:
    """Build settings from `values`; `where` names their source in errors."""
    known = known_keys()
    for key in values:
        if key not in known:
            raise UnknownKey(str(key), known, where)
    if values.get("dataset") is None and str(values.get("model")).startswith(PRECOMPUTED):
        values = {**values, "dataset": values["model"]}
    if values.get("streaming") is True:
        values = {"orders": 1, **values}
    for key in ("model", "dataset"):
        if values.get(key) is None:
            raise UsageError(f"no {key} is given in {where}.", f"Add `{key}: NAME`, or give it on the command line.")
    return Settings(**values)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML file that holds one mapping."""
    import yaml

    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileUnreadable(path, error.strerror or "it cannot be opened") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileUnreadable(path, "it is not YAML") from error
    if not isinstance(values, dict):
        raise FileUnreadable(path, "it does not hold `key: value` lines")
    return values


def write_yaml(values: Mapping[str, Any], path: str | Path) -> None:
    """Write a mapping in its own order."""
    import yaml

    Path(path).write_text(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True), encoding="utf-8")


def split_model(name: str) -> tuple[str, str | None]:
    """Split `org/name@revision`; a path that exists is a folder and has no revision."""
    if Path(name).exists() or "@" not in name:
        return name, None
    model, _, revision = name.rpartition("@")
    return model, revision or None


def precomputed_file(model: str) -> Path | None:
    """Return FILE of `features:FILE`, which takes the place of a model; None for a model's name."""
    return Path(model.removeprefix(PRECOMPUTED)).expanduser() if model.startswith(PRECOMPUTED) else None


def split_dataset(name: str) -> tuple[str, str | None, str | None]:
    """Split `org/name:config@revision` into (id, config, revision); a path that exists stays whole."""
    if Path(name).exists():
        return name, None, None
    rest, _, revision = name.rpartition("@") if "@" in name else (name, "", "")
    dataset, _, config = rest.partition(":")
    return dataset, config or None, revision or None


def _require(holds: bool, name: str, value: Any, expected: str) -> None:
    if not holds:
        raise BadSetting(name, value, expected)


def _check_type(name: str, value: Any) -> None:
    """Raise `BadSetting` unless `value` has the declared type; a bool is not a number here."""
    allowed = _ALLOWED[name]
    if type(value) not in allowed:
        raise BadSetting(name, value, " or ".join(_SPOKEN[kind] for kind in allowed))


def _allowed_types() -> dict[str, tuple[type, ...]]:
    hints = typing.get_type_hints(Settings)
    return {
        name: typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,) for name, hint in hints.items()
    }


_SPOKEN: dict[type, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", types.NoneType: "empty"
}  # fmt: skip
_ALLOWED = _allowed_types()
