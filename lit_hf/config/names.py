"""Names of models and datasets: what stands before and after `@`, `:` and `features:`."""

from __future__ import annotations

from pathlib import Path

PRECOMPUTED = "features:"
"""Before the path of a file with features and labels, in place of a model's name."""


def split_model(name: str) -> tuple[str, str | None]:
    """Split `org/name@revision`; a path that exists is a folder and has no revision."""
    if Path(name).exists() or "@" not in name:
        return name, None
    model, _, revision = name.rpartition("@")
    return model, revision or None


def split_dataset(name: str) -> tuple[str, str | None, str | None]:
    """Split `org/name:config@revision` into (id, config, revision); a path that exists stays whole."""
    if Path(name).exists():
        return name, None, None
    rest, _, revision = name.rpartition("@") if "@" in name else (name, "", "")
    dataset, _, config = rest.partition(":")
    return dataset, config or None, revision or None


def precomputed_file(model: str) -> Path | None:
    """Return FILE of `features:FILE`, which takes the place of a model; None for a model's name."""
    return Path(model.removeprefix(PRECOMPUTED)).expanduser() if model.startswith(PRECOMPUTED) else None
