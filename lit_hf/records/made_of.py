"""What a result was made of: the part `made_of` of settings.yaml, by which a rerun can tell that something differs.

It stands outside the settings and decides no bit. What cannot be compared, because the file was edited or a key was
given on the command line, is not compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePath
from typing import Any

from lit_hf.config import MADE_OF, PRECOMPUTED, DataSettings, EncoderSettings, Settings, write_yaml
from lit_hf.config.names import anywhere
from lit_hf.errors import FileUnreadable, warn
from lit_hf.records.sections import Sections

VERSIONS = ("lit_hf", "python", "torch", "transformers", "datasets", "device")
"""Of a record's environment: what must be the same for the same bits on one machine."""
_DRAWN = frozenset({"max_examples", "held_out", "trained_on"})
_DATA = frozenset({"dataset", *(field.name for field in fields(DataSettings))})
_CHECKPOINT = frozenset({"model", *(field.name for field in fields(EncoderSettings))})
_CODE = frozenset({"code", "code_device", "task", "bin_width"})


@dataclass(frozen=True)
class MadeOf:
    """Fingerprints of what a result was made of; None: unknown, or not to be compared."""

    record: str
    dataset: str | None
    checkpoint: str | None
    """The commit on the Hub, else the address of the content."""
    bank: str | None
    environment: Mapping[str, str]
    settings: str | None = None
    """Digest of the settings that stand in the same file: whether somebody has edited them since."""
    allow: bool = False
    """Whether other data or another checkpoint are a warning and no error."""

    @classmethod
    def of(cls, record: Sections) -> MadeOf:
        """Return what `record` says it was made of."""
        model, environment = record["model"], record.get("environment", {})
        checkpoint = model["revision"] or model.get("content")
        known = {name: str(value) for name, value in environment.items() if name in VERSIONS}
        return cls(record["id"], record["dataset"]["fingerprint"], checkpoint, record["coder"]["bank"], known)

    def section(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is written below `settings`."""
        parts = {"record": self.record, "dataset": self.dataset, "checkpoint": self.checkpoint, "bank": self.bank}
        return {**parts, "environment": dict(self.environment), "settings": settings_digest(settings)}

    def without(self, overridden: Collection[str], streaming: bool = False) -> MadeOf:
        """Return it without what depends on these settings, which are not those of the result."""
        changed = set(overridden)
        data = _DATA | {"seed"} if streaming else _DATA - _DRAWN
        found = replace(self, dataset=None) if changed & data else self
        found = replace(found, checkpoint=None) if changed & _CHECKPOINT else found
        found = replace(found, bank=None) if changed & _CODE else found
        kept = {name: value for name, value in self.environment.items() if name not in changed}
        return replace(found, environment=kept)


def write_settings(record: Sections, settings: Mapping[str, Any], path: Path) -> None:
    """Write the `settings` that give the record's bits again, from any folder, and what it was made of."""
    settings = dict(settings)
    for name, revision in (("model", record["model"]["revision"]), ("dataset", record["dataset"]["revision"])):
        settings[name] = settings[name] if revision else anywhere(str(settings[name]))
    if settings.get("trained_on"):
        settings["trained_on"] = [anywhere(name) for name in settings["trained_on"]]
    if settings.get("cache_dir"):
        settings["cache_dir"] = str(Path(settings["cache_dir"]).expanduser().absolute())
    write_yaml({**settings, MADE_OF: MadeOf.of(record).section(settings)}, path)


def same_settings(written: Settings, stated: Settings) -> bool:
    """Tell whether a settings file holds what a record states: its paths may be whole where the record's are not."""
    a, b = written.resolved(), stated.resolved()
    return all(value == b[name] or _same_place(value, b[name]) for name, value in a.items())


def _same_place(whole: Any, given: Any) -> bool:
    if isinstance(whole, list) and isinstance(given, list) and len(whole) == len(given):
        return all(a == b or _same_place(a, b) for a, b in zip(whole, given, strict=True))
    if not isinstance(whole, str) or not isinstance(given, str):
        return False
    a, b = (each.removeprefix(PRECOMPUTED) for each in (whole, given))
    below = [part for part in PurePath(b).parts if part not in ("..", "~")]
    prefixed = whole.startswith(PRECOMPUTED) == given.startswith(PRECOMPUTED)
    return prefixed and PurePath(a).is_absolute() and bool(below) and list(PurePath(a).parts[-len(below) :]) == below


def read_made_of(values: Mapping[str, Any], file: Path, given: Mapping[str, Any]) -> MadeOf | None:
    """Return what a file's result was made of, less what depends on the settings that are `given` otherwise.

    None for a file that says nothing of it, and, with a warning, for one that was edited. Raises `FileUnreadable`.
    """
    if MADE_OF not in values:
        return None
    settings = {name: value for name, value in values.items() if name != MADE_OF}
    found = _parsed(values[MADE_OF], file)
    if found.settings != settings_digest(settings):
        warn(f"{file} was edited after it was written: data and checkpoint are not compared with those of its result.")
        return None
    overridden = {name for name, value in given.items() if settings.get(name) != value}
    return found.without(overridden, bool(given.get("streaming", settings.get("streaming"))))


def settings_digest(settings: Mapping[str, Any]) -> str:
    """Return 16 hex digits over settings as a file holds them; where features are kept does not count."""
    counted = {name: value for name, value in settings.items() if name != "cache_dir"}
    text = json.dumps(counted, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _parsed(section: Any, file: Path) -> MadeOf:
    if not isinstance(section, Mapping) or not isinstance(section.get("environment"), Mapping):
        raise FileUnreadable(file, f"its `{MADE_OF}` is not what lit-hf writes; delete that part to leave it out")
    known = {str(name): str(value) for name, value in section["environment"].items() if name in VERSIONS}

    def text(name: str) -> str | None:
        return None if section.get(name) is None else str(section[name])

    return MadeOf(
        text("record") or "unknown", text("dataset"), text("checkpoint"), text("bank"), known, text("settings")
    )  # fmt: skip
