"""All settings of one evaluation: the four parts with a model and a dataset, flat in YAML and on the command line.

Nothing here touches a network or a disk but `from_yaml` and `to_yaml`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lit_hf.config.data import DataSettings
from lit_hf.config.encoder import EncoderSettings
from lit_hf.config.fields import Enters, enters, require
from lit_hf.config.files import read_yaml, write_yaml
from lit_hf.config.machine import MachineSettings
from lit_hf.config.measurement import MeasurementSettings
from lit_hf.config.names import LONGEST_NAME, PRECOMPUTED, can_be_a_name, from_address
from lit_hf.errors import UnknownKey, UsageError

MADE_OF = "made_of"
"""Key of a settings file beside the settings: what its result was made of (lit_hf/records/made_of.py)."""


@dataclass(frozen=True)
class Settings(MachineSettings, MeasurementSettings, EncoderSettings, DataSettings):
    """Everything that decides the bits of one evaluation. It is each of its parts: what needs one asks for its type.

    Raises `BadSetting` when a value cannot be: each error names the setting, the value and what was expected.
    """

    model: str
    """A Hub id, optionally `@revision`, a local folder, or `features:FILE` (.npz or .parquet: features, labels)."""
    dataset: str
    """An alias (`glue/sst2`), a Hub id (`org/name`, `org/name:config`, also `@revision`), or a local file or folder.

    Beside `features:FILE` it is left out: the file holds the labels too."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("model", "dataset"):
            require(bool(getattr(self, name).strip()), name, getattr(self, name), "a name or a path")
            require(can_be_a_name(getattr(self, name)), name, getattr(self, name), LONGEST_NAME)
        require(not self.streaming or self.orders == 1, "orders", self.orders, "1 for a stream, which has one order")

    def resolved(self) -> dict[str, Any]:
        """Return all settings, with defaults, in the order of `known_keys`."""
        values = {name: getattr(self, name) for name in known_keys()}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def given(self) -> dict[str, Any]:
        """Return the settings that differ from their defaults."""
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        return {name: value for name, value in self.resolved().items() if value != defaults[name]}

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with `changes`; an unknown name is refused as in a file."""
        return from_mapping({**self.resolved(), **changes}, "settings")

    def fingerprint(self) -> str:
        """Return 16 hex digits over the settings that change the bits (`lit_hf.config.fields.setting` has the rule).

        They enter as they are given. Where a machine chooses, give what it chose: `replace(dtype=...)`.
        """
        given = [(field, getattr(self, field.name)) for field in dataclasses.fields(self)]
        effective = {field.name: value for field, value in given if enters(field, value)}
        text = json.dumps(effective, sort_keys=True, ensure_ascii=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    @classmethod
    def from_yaml(cls, path: str | Path) -> Settings:
        """Read settings; raise `FileUnreadable`, `UnknownKey` (with the nearest known key) or `BadSetting`."""
        return from_mapping(without_made_of(read_yaml(path)), str(path))

    def to_yaml(self, path: str | Path) -> None:
        """Write all settings, defaults too, so that the file means the same when a default changes."""
        write_yaml(self.resolved(), path)


def without_made_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a file's `values`."""
    return {name: value for name, value in values.items() if name != MADE_OF}


def known_keys() -> list[str]:
    """Return the names of all settings: model, dataset, then part by part."""
    parts = (DataSettings, EncoderSettings, MeasurementSettings, MachineSettings)
    return ["model", "dataset", *(field.name for part in parts for field in dataclasses.fields(part))]


def from_record(resolved: Mapping[str, Any], where: str) -> Settings:
    """Build the settings that a record says it was made with; what came after it has the value that means as before."""
    later = {field.name: field.metadata.get("as_before") for field in dataclasses.fields(Settings)}
    before = {name: value for name, value in later.items() if not isinstance(value, Enters) and name in known_keys()}
    return from_mapping({**before, **resolved}, where)


def from_mapping(values: Mapping[str, Any], where: str) -> Settings:
    """Build settings from `values`; `where` names their source in errors."""
    known = known_keys()
    for key in values:
        if key not in known:
            raise UnknownKey(str(key), known, where)
    if values.get("dataset") is None and str(values.get("model")).startswith(PRECOMPUTED):
        values = {**values, "dataset": values["model"]}
    pasted = [name for name in ("model", "dataset") if isinstance(values.get(name), str)]
    values = {**values, **{name: from_address(values[name], name) for name in pasted}}
    if type(values.get("layer")) is int:  # YAML has no quotes around a number, and the command line no numbers
        values = {**values, "layer": str(values["layer"])}
    named = values.get("trained_on")
    if isinstance(named, str | list):  # a file may name one without a list, and YAML and JSON know no tuples
        values = {**values, "trained_on": (named,) if isinstance(named, str) else tuple(named)}
    if values.get("streaming") is True:
        values = {"orders": 1, **values}
    for key in ("model", "dataset"):
        if values.get(key) is None:
            raise UsageError(f"no {key} is given in {where}.", f"Add `{key}: NAME`, or give it on the command line.")
    return Settings(**values)
